using System.Reflection;
using Microsoft.Extensions.Logging;
using SmsDapr.Service.Hosting;

namespace SmsDapr.Service.Tests.Hosting;

public sealed class EventIdTests
{
    [Fact]
    public void EventIds_areUsedOnce() =>
        typeof(ServiceHost).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId)
            .OfType<int>()
            .ShouldBeUnique();
}
