namespace SmsDapr.Local;

/// <summary>What a new user needs to go on, ready to paste.</summary>
internal static class Banner
{
    public static void Print(LocalOptions options)
    {
        var service = options.ServiceUrl.GetLeftPart(UriPartial.Authority);
        Console.WriteLine();
        Console.WriteLine($"  SmsDapr           {service}");
        Console.WriteLine($"  API docs          {service}/docs");
        if (options.Simulators)
        {
            Console.WriteLine($"  Phones            http://127.0.0.1:{options.SimulatorPort}/   (texts that the Twilio simulator delivered)");
            Console.WriteLine($"  Calendar          http://127.0.0.1:{options.SimulatorPort}/calendar   (change an event and see its reminder follow)");
        }

        if (options.VirtualClock is { } start)
        {
            Console.WriteLine($"  Virtual clock     {start:u}, moved by POST {service}/_test/clock/advance");
        }

        Console.WriteLine();
        Console.WriteLine("  Send a text:");
        Console.WriteLine();
        Console.WriteLine($"  curl -s {service}/v1/messages -H 'Authorization: Bearer {LocalHost.AdminKey}' -H 'Content-Type: application/json' \\");
        Console.WriteLine($$"""    -d '{"userId":"{{Demo.UserId}}","body":"Hello from SmsDapr"}'""");
        Console.WriteLine();
    }
}
