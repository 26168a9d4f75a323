using System.Globalization;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Bindings;

/// <summary><c>bindings.http</c>, output only: the operation is the HTTP method, <c>create</c> means POST.</summary>
internal sealed class HttpBinding : IOutputBinding
{
    private const string DefaultContentType = "application/json; charset=utf-8";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);
    private static readonly string[] Operations = ["create", "get", "head", "post", "put", "patch", "delete", "options", "trace"];

    private readonly string _url;
    private readonly bool _errorIfNot2xx;
    private readonly HttpClient _client;

    public HttpBinding(ComponentSpec spec)
    {
        _url = spec.RequiredText("url");
        if (!Uri.TryCreate(_url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw spec.Complain("metadata 'url' must be an http or https address");
        _errorIfNot2xx = spec.Text("errorIfNot2XX") is null || spec.Flag("errorIfNot2XX");
        _client = new HttpClient { Timeout = spec.Duration("responseTimeout", DefaultTimeout) };
    }

    public IReadOnlyList<string> Capabilities => [];

    public Task OpenAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<BindingResponse> InvokeAsync(BindingRequest request, CancellationToken cancellationToken)
    {
        using var message = ToMessage(request);
        try
        {
            using var response = await _client.SendAsync(message, cancellationToken);
            if (_errorIfNot2xx && !response.IsSuccessStatusCode)
                throw new BindingException($"received status code {(int)response.StatusCode}");
            var metadata = new Dictionary<string, string>
            {
                ["statusCode"] = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture),
                ["status"] = $"{(int)response.StatusCode} {response.ReasonPhrase}",
            };
            return new BindingResponse(await response.Content.ReadAsByteArrayAsync(cancellationToken), metadata);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // The exception's own text can hold the address, and an address can hold a token.
            throw new BindingException($"no answer: {failure.GetType().Name}", failure);
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private HttpRequestMessage ToMessage(BindingRequest request)
    {
        var operation = request.Operation.ToLowerInvariant();
        if (!Operations.Contains(operation, StringComparer.Ordinal))
            throw new BindingException($"operation '{request.Operation}' is not supported");
        var path = request.Metadata.GetValueOrDefault("path") ?? "";
        var message = new HttpRequestMessage(HttpMethod.Parse(operation == "create" ? "POST" : operation), Join(path));
        if (!request.Data.IsEmpty)
        {
            message.Content = new ReadOnlyMemoryContent(request.Data);
            var contentType = request.Metadata.FirstOrDefault(entry => entry.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)).Value;
            message.Content.Headers.TryAddWithoutValidation("Content-Type", contentType ?? DefaultContentType);
        }

        // Names that begin with a capital are headers, the others are the binding's own.
        foreach (var (name, value) in request.Metadata.Where(entry => char.IsAsciiLetterUpper(entry.Key.FirstOrDefault())))
            message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    private string Join(string path) => path.Length == 0 ? _url : $"{_url.TrimEnd('/')}/{path.TrimStart('/')}";
}
