using Grpc.Core;
using SmsDapr.Sidecar.Api;
using SmsDapr.Sidecar.Components;

namespace SmsDapr.Sidecar.Secrets;

/// <summary>The secrets building block behind gRPC and HTTP.</summary>
internal sealed class SecretsBlock(ComponentRegistry components)
{
    public async Task<IReadOnlyDictionary<string, string>> GetAsync(string storeName, string key, CancellationToken cancellationToken) =>
        await Find(storeName).GetAsync(key, cancellationToken)
        ?? throw new DaprErrorException(
            StatusCode.Internal, StatusCodes.Status500InternalServerError, "ERR_SECRET_GET",
            $"failed getting secret with key {key} from secret store {storeName}: secret {key} not found");

    public Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> GetAllAsync(string storeName, CancellationToken cancellationToken) =>
        Find(storeName).GetAllAsync(cancellationToken);

    private ISecretStore Find(string name)
    {
        if (components.TryFind<ISecretStore>(name, out _, out var store))
            return store;
        throw components.OfType<ISecretStore>().Any()
            ? new DaprErrorException(
                StatusCode.InvalidArgument, StatusCodes.Status401Unauthorized, "ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {name}")
            : new DaprErrorException(
                StatusCode.FailedPrecondition, StatusCodes.Status500InternalServerError, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
    }
}
