namespace SmsDapr.Simulators;

/// <summary>What the provider simulators are started with. The defaults are for development only and hold no real secret.</summary>
public sealed record SimulatorOptions
{
    public const string DefaultAccountSid = "AC00000000000000000000000000005090";
    public const string DefaultAuthToken = "simulated-auth-token";
    public const string DefaultTestAccountSid = "AC00000000000000000000000000007e57";
    public const string DefaultTestAuthToken = "simulated-test-auth-token";
    public const string DefaultSender = "+15005550006";
    public const string DefaultVerificationCode = "123456";

    public const string DefaultCalendarId = "demo@example.com";
    public const string DefaultClientId = "simulated-client-id";
    public const string DefaultClientSecret = "simulated-client-secret";
    public const string DefaultRefreshToken = "simulated-refresh-token";

    /// <summary>Port on loopback; 0 takes a free one.</summary>
    public int Port { get; init; } = 5090;

    public string AccountSid { get; init; } = DefaultAccountSid;

    /// <summary>Password of the account and key of every webhook signature.</summary>
    public string AuthToken { get; init; } = DefaultAuthToken;

    /// <summary>An API key that may be used instead of the auth token; null: there is none.</summary>
    public string? ApiKeySid { get; init; }

    public string? ApiKeySecret { get; init; }

    /// <summary>Account of the test credentials: its messages are checked and answered, but neither stored nor sent.</summary>
    public string TestAccountSid { get; init; } = DefaultTestAccountSid;

    public string TestAuthToken { get; init; } = DefaultTestAuthToken;

    /// <summary>The number that a Messaging Service picks as sender, and that phones answer to when they received nothing yet.</summary>
    public string Sender { get; init; } = DefaultSender;

    /// <summary>Where texts that phones send are posted to; null: they are stored only. A fragment holds connection overrides.</summary>
    public string? InboundUrl { get; init; }

    /// <summary>Time from the create call, or from SendAt, to <c>sent</c>.</summary>
    public TimeSpan SentAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Time from the create call, or from SendAt, to the final status and to the arrival on the phone.</summary>
    public TimeSpan DeliveredAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How far ahead SendAt must be at least; Twilio has named 15 and 5 minutes.</summary>
    public TimeSpan MinimumScheduleLead { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The code that every phone verification accepts.</summary>
    public string VerificationCode { get; init; } = DefaultVerificationCode;

    /// <summary>The calendar that is there from the start; <c>primary</c> means it too.</summary>
    public string CalendarId { get; init; } = DefaultCalendarId;

    /// <summary>IANA id of its zone.</summary>
    public string CalendarTimeZone { get; init; } = "UTC";

    /// <summary>The OAuth client that refresh tokens were made for. Any refresh token is good until it is revoked.</summary>
    public string ClientId { get; init; } = DefaultClientId;

    public string ClientSecret { get; init; } = DefaultClientSecret;

    /// <summary>How long a Google access token lives.</summary>
    public TimeSpan AccessTokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Events on one page of a list, whatever a caller asks for.</summary>
    public int CalendarPageSize { get; init; } = 10;

    /// <summary>What chance in the simulators begins with.</summary>
    public int Seed { get; init; } = 5090;

    /// <summary>Where messages, requests, received texts and calendars are kept; null: in memory only.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>
    /// Whether messages that a previous run left unfinished go on as soon as this one listens. A host whose webhooks are not
    /// up yet switches it off and calls <see cref="SimulatorHost.Resume"/> when they are.
    /// </summary>
    public bool ResumeOnStart { get; init; } = true;
}
