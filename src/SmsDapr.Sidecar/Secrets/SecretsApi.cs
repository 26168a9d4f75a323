using Dapr.Client.Autogen.Grpc.v1;
using SmsDapr.Sidecar.Api;

namespace SmsDapr.Sidecar.Secrets;

/// <summary>Secrets over gRPC and HTTP.</summary>
internal sealed class SecretsApi(SecretsBlock secrets) : IDaprApi<SecretsApi>
{
    public static void Bind(DaprMethods<SecretsApi> methods)
    {
        methods.Unary<GetSecretRequest, GetSecretResponse>("GetSecret", (api, request, call) => api.GetAsync(request, call.CancellationToken));
        methods.Unary<GetBulkSecretRequest, GetBulkSecretResponse>("GetBulkSecret", (api, request, call) => api.GetBulkAsync(request, call.CancellationToken));
    }

    private async Task<GetSecretResponse> GetAsync(GetSecretRequest request, CancellationToken cancellationToken)
    {
        var response = new GetSecretResponse();
        foreach (var (key, value) in await secrets.GetAsync(request.StoreName, request.Key, cancellationToken))
            response.Data.Add(key, value);
        return response;
    }

    private async Task<GetBulkSecretResponse> GetBulkAsync(GetBulkSecretRequest request, CancellationToken cancellationToken)
    {
        var response = new GetBulkSecretResponse();
        foreach (var (name, values) in await secrets.GetAllAsync(request.StoreName, cancellationToken))
        {
            var secret = new SecretResponse();
            foreach (var (key, value) in values)
                secret.Secrets.Add(key, value);
            response.Data.Add(name, secret);
        }

        return response;
    }
}

internal static class SecretsHttp
{
    public static void MapSecrets(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1.0/secrets/{store}/bulk", (string store, SecretsBlock secrets, CancellationToken cancellationToken) =>
            secrets.GetAllAsync(store, cancellationToken));
        routes.MapGet("/v1.0/secrets/{store}/{*key}", (string store, string key, SecretsBlock secrets, CancellationToken cancellationToken) =>
            secrets.GetAsync(store, key, cancellationToken));
    }
}
