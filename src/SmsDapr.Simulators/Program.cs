using System.CommandLine;
using System.Net.Sockets;
using SmsDapr.Simulators;

var port = new Option<int>("--port") { Description = "Port on loopback; 0 takes a free one.", DefaultValueFactory = _ => new SimulatorOptions().Port };
var data = new Option<string?>("--data-dir") { Description = "Where messages, received texts and calendars are kept; without it they are gone at the end." };
var account = new Option<string>("--account-sid") { Description = "Account SID.", DefaultValueFactory = _ => SimulatorOptions.DefaultAccountSid };
var token = new Option<string>("--auth-token") { Description = "Auth token; also the key of webhook signatures.", DefaultValueFactory = _ => SimulatorOptions.DefaultAuthToken };
var inbound = new Option<string?>("--inbound-url") { Description = "Where texts that phones send are posted to." };
var sent = new Option<TimeSpan>("--sent-after") { Description = "Time from the create call to sent.", DefaultValueFactory = _ => new SimulatorOptions().SentAfter };
var delivered = new Option<TimeSpan>("--delivered-after") { Description = "Time from the create call to the final status.", DefaultValueFactory = _ => new SimulatorOptions().DeliveredAfter };

var root = new RootCommand("Simulates Twilio and Google Calendar over HTTP, on this machine only.") { port, data, account, token, inbound, sent, delivered };
root.SetAction((parsed, cancellation) => RunAsync(
    new SimulatorOptions
    {
        Port = parsed.GetValue(port),
        DataDirectory = parsed.GetValue(data),
        AccountSid = parsed.GetValue(account)!,
        AuthToken = parsed.GetValue(token)!,
        InboundUrl = parsed.GetValue(inbound),
        SentAfter = parsed.GetValue(sent),
        DeliveredAfter = parsed.GetValue(delivered),
    },
    cancellation));
return await root.Parse(args).InvokeAsync();

static async Task<int> RunAsync(SimulatorOptions options, CancellationToken cancellation)
{
    try
    {
        await using var app = SimulatorHost.Create(options, TimeProvider.System);
        await app.StartAsync(cancellation);
        Console.WriteLine($"Twilio simulator: {app.Urls.Single()}");
        Console.WriteLine($"Google Calendar simulator: {app.Urls.Single()}/calendar");
        Console.WriteLine($"Account {options.AccountSid}; verification code {options.VerificationCode}");
        await app.WaitForShutdownAsync(cancellation);
        return 0;
    }
    catch (Exception failure) when (failure is IOException or SocketException or UnauthorizedAccessException or InvalidDataException or ArgumentException)
    {
        await Console.Error.WriteLineAsync(failure.Message);
        return 1;
    }
}
