using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using SmsDapr.Core.Users;
using SmsDapr.Service.Hosting;
using SmsDapr.Service.Hosting.Options;
using SmsDapr.Service.Tests.Hosting;
using SmsDapr.Service.Users;

namespace SmsDapr.Service.Tests.Users;

public sealed class ListenerTests(RunningService service)
{
    private readonly string _userId = $"u-{Guid.NewGuid()}";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Listener_hearsOfAChangeOnceItIsStored()
    {
        var heard = new List<bool>();
        var users = DirectoryWith(new Listener(async (directory, userId) => heard.Add((await directory.FindAsync(userId, Cancellation)).OptOut is not null)));

        await users.OptOutAsync(_userId, OptOutReason.Keyword, Cancellation);

        heard.ShouldBe([true]);
    }

    [Fact]
    public async Task Listener_hearsOfARepeatedRequestToo_soThatARetryCompletesWhatFailed()
    {
        var calls = 0;
        var users = DirectoryWith(new Listener((_, _) => ++calls == 1 ? throw new TimeoutException() : Task.CompletedTask));

        await Should.ThrowAsync<TimeoutException>(() => users.OptOutAsync(_userId, OptOutReason.Provider, Cancellation));
        await users.OptOutAsync(_userId, OptOutReason.Provider, Cancellation);

        calls.ShouldBe(2);
    }

    private UserDirectory DirectoryWith(Listener listener)
    {
        var services = new ServiceCollection().AddSingleton<IUserChangeListener>(listener).BuildServiceProvider();
        var users = new UserDirectory(
            service.Services.GetRequiredService<IDocumentStore>(),
            service.Services.GetRequiredService<SmsOptions>(),
            service.Services.GetRequiredService<IClock>(),
            services);
        listener.Directory = users;
        return users;
    }

    private sealed class Listener(Func<UserDirectory, string, Task> heard) : IUserChangeListener
    {
        public UserDirectory? Directory { get; set; }

        public Task UserChangedAsync(string userId, CancellationToken cancellation) => heard(Directory!, userId);
    }
}
