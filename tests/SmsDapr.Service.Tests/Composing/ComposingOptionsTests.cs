using Microsoft.Extensions.Configuration;
using NodaTime;
using SmsDapr.Service.Composing;
using SmsDapr.Service.Hosting.Options;

namespace SmsDapr.Service.Tests.Composing;

public sealed class ComposingOptionsTests
{
    [Fact]
    public void Read_of_nothing_has_the_defaults()
    {
        var (options, problems) = Read();

        problems.ShouldBeEmpty();
        options.ShouldBe(new ComposingOptions
        {
            DefaultLanguage = "en",
            Component = "llm",
            Timeout = Duration.FromSeconds(10),
            PromptUsdPerMillionTokens = null,
            CompletionUsdPerMillionTokens = null,
        });
    }

    [Fact]
    public void Read_takes_prices_and_a_language_with_its_region()
    {
        var (options, problems) = Read(
            ("Sms:DefaultLanguage", "de-AT"), ("Composing:PromptUsdPerMillionTokens", "0.05"), ("Composing:CompletionUsdPerMillionTokens", "0"));

        problems.ShouldBeEmpty();
        options.DefaultLanguage.ShouldBe("de-AT");
        options.PromptUsdPerMillionTokens.ShouldBe(0.05m);
        options.CompletionUsdPerMillionTokens.ShouldBe(0m);
    }

    [Theory]
    [InlineData("Sms:DefaultLanguage", "xx")]
    [InlineData("Composing:Timeout", "10")]
    [InlineData("Composing:Timeout", "PT0S")]
    [InlineData("Composing:PromptUsdPerMillionTokens", "cheap")]
    [InlineData("Composing:CompletionUsdPerMillionTokens", "-1")]
    public void Read_of_a_wrong_value_names_its_key(string key, string value) =>
        Read((key, value)).Problems.ShouldContain(problem => problem.StartsWith(key + ":", StringComparison.Ordinal));

    [Fact]
    public void Read_of_one_price_asks_for_the_other() =>
        Read(("Composing:PromptUsdPerMillionTokens", "1")).Problems.Single().ShouldStartWith("Composing:CompletionUsdPerMillionTokens:");

    private static (ComposingOptions Options, List<string> Problems) Read(params (string Key, string Value)[] settings)
    {
        var problems = new List<string>();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        return (ComposingOptions.Read(new SettingsReader(configuration, "", problems)), problems);
    }
}
