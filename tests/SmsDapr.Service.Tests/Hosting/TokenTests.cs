using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace SmsDapr.Service.Tests.Hosting;

/// <summary>Bearer tokens of an OpenID Connect issuer, which runs here too.</summary>
public sealed class TokenTests(RunningService running) : IAsyncLifetime
{
    private const string Audience = "smsdapr";

    private readonly RSA _key = RSA.Create(2048);
    private WebApplication _issuer = null!;
    private WebApplication _service = null!;
    private HttpClient _client = null!;

    private string Issuer => _issuer.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _issuer = builder.Build();
        _issuer.Run(AnswerAsync);
        await _issuer.StartAsync();
        _service = await running.StartServiceAsync(running.GrpcAddress, $"--Auth:Jwt:Authority={Issuer}", $"--Auth:Jwt:Audience={Audience}");
        _client = new HttpClient { BaseAddress = new Uri(_service.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _service.DisposeAsync();
        await _issuer.DisposeAsync();
        _key.Dispose();
    }

    [Theory]
    [InlineData("anna", null, HttpStatusCode.OK)]
    [InlineData("ben", null, HttpStatusCode.Forbidden)]
    [InlineData("ben", "user", HttpStatusCode.Forbidden)]
    [InlineData("ben", "made-up", HttpStatusCode.Forbidden)]
    [InlineData("host", "service", HttpStatusCode.OK)]
    [InlineData("boss", "admin", HttpStatusCode.OK)]
    [InlineData("ben", "0", HttpStatusCode.Forbidden)]
    [InlineData("ben", "user,admin", HttpStatusCode.Forbidden)]
    [InlineData("a||b", "admin", HttpStatusCode.Unauthorized)]
    public async Task Token_actsForItsSubjectUnlessItsRoleSaysMore(string subject, string? role, HttpStatusCode expected) =>
        (await GetAsync(TokenOf(subject, role, _key, Audience))).ShouldBe(expected);

    [Theory]
    [InlineData("caller.role", "Admin")]
    [InlineData("caller.user", "anna")]
    [InlineData("caller.name", "anna")]
    public async Task Token_claimingOurOwnNamesForCallers_isItsSubjectStill(string claim, string value) =>
        (await GetAsync(TokenOf("ben", role: null, _key, Audience, (claim, value)))).ShouldBe(HttpStatusCode.Forbidden);

    [Fact]
    public async Task Token_withASubjectAsIssuersWriteIt_actsForIt()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/users/auth0%7C5f7c8ec7c33c6c004bbafe82/preferences");
        request.Headers.Authorization = new("Bearer", TokenOf("auth0|5f7c8ec7c33c6c004bbafe82", role: null, _key, Audience));

        (await _client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Token_ofAnotherKeyOrAudience_isRefused()
    {
        using var foreign = RSA.Create(2048);

        (await GetAsync(TokenOf("anna", "admin", foreign, Audience))).ShouldBe(HttpStatusCode.Unauthorized);
        (await GetAsync(TokenOf("anna", "admin", _key, "another"))).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task ApiKey_worksBesideTokens() => (await GetAsync(RunningService.AdminKey)).ShouldBe(HttpStatusCode.OK);

    private async Task<HttpStatusCode> GetAsync(string bearer)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/users/anna/preferences");
        request.Headers.Authorization = new("Bearer", bearer);
        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private string TokenOf(string subject, string? role, RSA key, string audience, params ReadOnlySpan<(string Name, string Value)> more)
    {
        var claims = new Dictionary<string, object> { ["sub"] = subject };
        if (role is not null)
            claims["role"] = role;
        foreach (var (name, value) in more)
            claims[name] = value;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = audience,
            Claims = claims,
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(key) { KeyId = "k1" }, SecurityAlgorithms.RsaSha256),
        });
    }

    private Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/.well-known/openid-configuration")
            return context.Response.WriteAsJsonAsync(new { issuer = Issuer, jwks_uri = $"{Issuer}/keys" });
        var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.ExportParameters(includePrivateParameters: false)) { KeyId = "k1" });
        return context.Response.WriteAsJsonAsync(new { keys = new[] { new { kty = jwk.Kty, kid = jwk.Kid, n = jwk.N, e = jwk.E, use = "sig", alg = "RS256" } } });
    }
}
