using SmsDapr.Sidecar.Components;
using StackExchange.Redis;

namespace SmsDapr.Sidecar.State;

/// <summary>The connection settings that daprd's Redis components share.</summary>
internal static class RedisConnection
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    public static ConfigurationOptions Read(ComponentSpec spec)
    {
        if (spec.Flag("failover") || spec.Text("redisType") is { } type and not "node")
            throw spec.Complain("only a single Redis node is supported by the embedded sidecar");
        var connection = new ConfigurationOptions
        {
            AbortOnConnectFail = true,
            ConnectTimeout = (int)spec.Duration("dialTimeout", DefaultTimeout).TotalMilliseconds,
            AsyncTimeout = (int)spec.Duration("readTimeout", DefaultTimeout).TotalMilliseconds,
            User = spec.Text("redisUsername"),
            Password = spec.Text("redisPassword"),
            DefaultDatabase = spec.Number("redisDB", 0),
            Ssl = spec.Flag("enableTLS"),
        };
        connection.EndPoints.Add(spec.RequiredText("redisHost"));
        return connection;
    }
}
