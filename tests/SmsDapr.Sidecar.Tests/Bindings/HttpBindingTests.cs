using System.Text;
using Microsoft.AspNetCore.Http;
using SmsDapr.Sidecar.Bindings;

namespace SmsDapr.Sidecar.Tests.Bindings;

public sealed class HttpBindingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_posts_the_data_with_path_and_headers()
    {
        await using var server = await StubServer.StartAsync(async request =>
        {
            using var reader = new StreamReader(request.Body);
            return Results.Text($"{request.Method} {request.Path} {request.Headers["X-Kind"]} {request.ContentType} {await reader.ReadToEndAsync()}");
        });
        await using var binding = new HttpBinding(Specs.Of("bindings.http", ("url", server.Url)));

        var response = await binding.InvokeAsync(
            new BindingRequest("create", "{}"u8.ToArray(), new Dictionary<string, string> { ["path"] = "/hook", ["X-Kind"] = "alert" }), Cancellation);

        Encoding.UTF8.GetString(response.Data.Span).ShouldBe("POST /hook alert application/json; charset=utf-8 {}");
        response.Metadata["statusCode"].ShouldBe("200");
    }

    [Fact]
    public async Task An_error_status_fails_the_call()
    {
        await using var server = await StubServer.StartAsync(_ => Task.FromResult(Results.StatusCode(503)));
        await using var binding = new HttpBinding(Specs.Of("bindings.http", ("url", server.Url)));

        var failure = await Should.ThrowAsync<BindingException>(() => binding.InvokeAsync(new BindingRequest("get", default, new Dictionary<string, string>()), Cancellation));

        failure.Message.ShouldBe("received status code 503");
    }

    [Fact]
    public async Task An_unknown_operation_fails_the_call()
    {
        await using var binding = new HttpBinding(Specs.Of("bindings.http", ("url", "http://127.0.0.1:1/")));

        await Should.ThrowAsync<BindingException>(() => binding.InvokeAsync(new BindingRequest("dance", default, new Dictionary<string, string>()), Cancellation));
    }
}
