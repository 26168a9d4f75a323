using SmsDapr.Service.Hosting;

namespace SmsDapr.Service;

public static class Program
{
    public static Task<int> Main(string[] args) => ServiceHost.RunAsync(args);
}
