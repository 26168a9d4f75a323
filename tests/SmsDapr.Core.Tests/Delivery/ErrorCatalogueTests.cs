using System.Text.Json;
using SmsDapr.Core.Delivery;

namespace SmsDapr.Core.Tests.Delivery;

public sealed class ErrorCatalogueTests
{
    [Fact]
    public void An_answer_that_says_yes_but_not_to_what_is_a_passing_fault() =>
        ErrorCatalogue.Find(new ProviderError(null, 201)).Category.ShouldBe(ErrorCategory.TransientProvider);

    public static TheoryData<int, string, string> Table()
    {
        var table = new TheoryData<int, string, string>();
        foreach (var line in Lines())
            table.Add(int.Parse(line[0]), line[1], line[2]);

        return table;
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Find_a_listed_code_gives_the_row_of_the_table(int code, string category, string retry)
    {
        var meaning = ErrorCatalogue.Find(code);

        meaning.Code.ShouldBe(code);
        Word(meaning.Category).ShouldBe(category);
        Word(meaning.Advice).ShouldBe(retry);
        meaning.IsRetryable.ShouldBe(!retry.StartsWith("never", StringComparison.Ordinal));
        meaning.OptsOut.ShouldBe(category == "opted_out");
        meaning.Meaning.ShouldNotBeNullOrWhiteSpace();
        meaning.Meaning.ShouldNotContain("\"");
    }

    [Fact]
    public void All_holds_211_codes() => ErrorCatalogue.All.Count.ShouldBe(211);

    [Fact]
    public void Find_a_meaning_with_commas_reads_all_of_it() =>
        ErrorCatalogue.Find(20003).Meaning.ShouldBe(
            "Credentials refused: wrong SID/token pair, deleted key, test credentials on a live resource, suspended account or wrong region (HTTP 401)");

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(99999)]
    public void Find_an_unlisted_code_is_unknown_and_retryable(int? code)
    {
        var meaning = ErrorCatalogue.Find(code);

        meaning.Category.ShouldBe(ErrorCategory.Unknown);
        meaning.IsRetryable.ShouldBeTrue();
    }

    [Theory]
    [InlineData(401, ErrorCategory.AccountAuth)]
    [InlineData(403, ErrorCategory.AccountAuth)]
    [InlineData(429, ErrorCategory.RateLimit)]
    [InlineData(408, ErrorCategory.TransientProvider)]
    [InlineData(500, ErrorCategory.TransientProvider)]
    [InlineData(503, ErrorCategory.TransientProvider)]
    [InlineData(null, ErrorCategory.TransientProvider)]
    [InlineData(400, ErrorCategory.Unknown)]
    [InlineData(404, ErrorCategory.Unknown)]
    public void Find_an_answer_without_a_code_goes_by_its_http_status(int? status, ErrorCategory category) =>
        ErrorCatalogue.Find(new ProviderError(null, status)).Category.ShouldBe(category);

    [Theory]
    [InlineData(403, "Credentials or account refused")]
    [InlineData(429, "Too many requests")]
    [InlineData(500, "No usable answer from the provider")]
    [InlineData(404, "Not in the catalogue of error codes")]
    public void Find_an_answer_without_a_code_says_what_it_means(int status, string meaning) =>
        ErrorCatalogue.Find(new ProviderError(null, status)).Meaning.ShouldBe(meaning);

    [Fact]
    public void Find_an_answer_with_a_code_goes_by_the_code() =>
        ErrorCatalogue.Find(new ProviderError(21211, 500)).Category.ShouldBe(ErrorCategory.InvalidRecipient);

    private static IEnumerable<string[]> Lines()
    {
        using var reader = new StreamReader(typeof(ErrorCatalogueTests).Assembly.GetManifestResourceStream("twilio-error-codes.csv")!);
        return [.. reader.ReadToEnd().Split('\n').Skip(1).Where(line => line.Length > 0).Select(line => line.Split(','))];
    }

    private static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
