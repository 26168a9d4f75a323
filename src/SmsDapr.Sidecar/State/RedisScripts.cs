namespace SmsDapr.Sidecar.State;

/// <summary>The writes, each of them one step for Redis. Fields are daprd's, but for the expiry by the sidecar's clock.</summary>
internal static class RedisScripts
{
    public const string ExpiryField = "expires-at";

    /// <summary>
    /// Keys: the row. Arguments: value, expected version or nothing, whether first write, expiry in milliseconds (0: none, nothing: as it is),
    /// the same for Redis itself, now. Answers 1 when written.
    /// </summary>
    public const string Set =
        """
        local expiry = redis.call('HGET', KEYS[1], 'expires-at')
        if expiry and tonumber(expiry) <= tonumber(ARGV[6]) then redis.call('DEL', KEYS[1]) end
        local version = redis.call('HGET', KEYS[1], 'version')
        local once = redis.call('HEXISTS', KEYS[1], 'first-write') == 1
        if version and version ~= ARGV[2] and (ARGV[2] ~= '' or once) then return 0 end
        redis.call('HSET', KEYS[1], 'data', ARGV[1])
        if ARGV[3] == '1' then redis.call('HSET', KEYS[1], 'first-write', '0') end
        redis.call('HINCRBY', KEYS[1], 'version', 1)
        if ARGV[4] == '0' then
          redis.call('HDEL', KEYS[1], 'expires-at')
          redis.call('PERSIST', KEYS[1])
        elseif ARGV[4] ~= '' then
          redis.call('HSET', KEYS[1], 'expires-at', ARGV[4])
          if ARGV[5] ~= '' then redis.call('PEXPIREAT', KEYS[1], ARGV[5]) end
        end
        return 1
        """;

    /// <summary>Keys: the row. Arguments: expected version or nothing, now. Answers 1 when deleted or not there.</summary>
    public const string Delete =
        """
        local expiry = redis.call('HGET', KEYS[1], 'expires-at')
        if expiry and tonumber(expiry) <= tonumber(ARGV[2]) then redis.call('DEL', KEYS[1]) end
        local version = redis.call('HGET', KEYS[1], 'version')
        if version and ARGV[1] ~= '' and version ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1])
        return 1
        """;
}
