using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace SmsDapr.Sidecar.Api;

/// <summary>One building block's share of the gRPC service <c>dapr.proto.runtime.v1.Dapr</c>.</summary>
internal interface IDaprApi<TSelf>
    where TSelf : class, IDaprApi<TSelf>
{
    static abstract void Bind(DaprMethods<TSelf> methods);
}

/// <summary>Dapr.Protos brings the messages and a client but no server base class, so the methods are bound here.</summary>
internal sealed class DaprMethods<TApi>(ServiceMethodProviderContext<TApi> context)
    where TApi : class
{
    private const string ServiceName = "dapr.proto.runtime.v1.Dapr";

    public void Unary<TRequest, TResponse>(string name, Func<TApi, TRequest, ServerCallContext, Task<TResponse>> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        context.AddUnaryMethod(Describe<TRequest, TResponse>(MethodType.Unary, name), [], async (api, request, call) =>
        {
            try
            {
                return await handler(api, request, call);
            }
            catch (DaprErrorException error)
            {
                throw error.ToRpcException();
            }
        });
    }

    public void Duplex<TRequest, TResponse>(
        string name,
        Func<TApi, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, CancellationToken, Task> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new()
    {
        context.AddDuplexStreamingMethod(Describe<TRequest, TResponse>(MethodType.DuplexStreaming, name), [], async (api, requests, responses, call) =>
        {
            try
            {
                await handler(api, requests, responses, call.CancellationToken);
            }
            catch (DaprErrorException error)
            {
                throw error.ToRpcException();
            }
        });
    }

    private static Method<TRequest, TResponse> Describe<TRequest, TResponse>(MethodType type, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new(type, ServiceName, name, MarshallerOf<TRequest>(), MarshallerOf<TResponse>());

    private static Marshaller<TMessage> MarshallerOf<TMessage>()
        where TMessage : class, IMessage<TMessage>, new()
    {
        var parser = new MessageParser<TMessage>(() => new TMessage());
        return Marshallers.Create<TMessage>(
            (message, wire) =>
            {
                wire.SetPayloadLength(message.CalculateSize());
                message.WriteTo(wire.GetBufferWriter());
                wire.Complete();
            },
            wire => parser.ParseFrom(wire.PayloadAsReadOnlySequence()));
    }
}

internal sealed class DaprMethodProvider<TApi> : IServiceMethodProvider<TApi>
    where TApi : class, IDaprApi<TApi>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TApi> context) => TApi.Bind(new DaprMethods<TApi>(context));
}

internal static class DaprApiRegistration
{
    public static void AddDaprApi<TApi>(this IServiceCollection services)
        where TApi : class, IDaprApi<TApi>
    {
        services.AddSingleton<TApi>();
        services.AddSingleton<IServiceMethodProvider<TApi>, DaprMethodProvider<TApi>>();
    }
}
