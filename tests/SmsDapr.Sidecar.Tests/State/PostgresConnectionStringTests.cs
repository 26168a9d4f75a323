using Npgsql;
using SmsDapr.Sidecar.State;

namespace SmsDapr.Sidecar.Tests.State;

public sealed class PostgresConnectionStringTests
{
    [Theory]
    [InlineData("host=db.example port=5433 user=me password='p w' database=app sslmode=verify-full")]
    [InlineData("postgres://me:p%20w@db.example:5433/app?sslmode=verify-full")]
    public void Parse_reads_both_forms(string text)
    {
        var parsed = PostgresConnectionString.Parse(text);

        parsed.Host.ShouldBe("db.example");
        parsed.Port.ShouldBe(5433);
        parsed.Username.ShouldBe("me");
        parsed.Password.ShouldBe("p w");
        parsed.Database.ShouldBe("app");
        parsed.SslMode.ShouldBe(SslMode.VerifyFull);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Server=db.example;User Id=me")]
    [InlineData("host=db port=many")]
    [InlineData("host=db sslmode=perhaps")]
    [InlineData("host=db colour=blue")]
    public void Parse_refuses_what_it_does_not_understand(string text) => Should.Throw<FormatException>(() => PostgresConnectionString.Parse(text));

    [Fact]
    public void Parse_does_not_repeat_a_value_in_its_complaint() =>
        Should.Throw<FormatException>(() => PostgresConnectionString.Parse("host=db port=hunter2")).Message.ShouldNotContain("hunter2");
}
