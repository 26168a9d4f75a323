namespace SmsDapr.Bench.Running;

/// <summary>A component for one measurement.</summary>
internal sealed record ComponentYaml(string File, string Text)
{
    public static ComponentYaml StateStore(string type, string version, string setting, string value) => Of("statestore", type, version, setting, value);

    public static ComponentYaml PubSub(string type, string setting, string value) => Of("pubsub", type, "v1", setting, value);

    private static ComponentYaml Of(string name, string type, string version, string setting, string value) => new(
        $"{name}.yaml",
        $"""
         apiVersion: dapr.io/v1alpha1
         kind: Component
         metadata:
           name: {name}
         spec:
           type: {type}
           version: {version}
           metadata:
             - name: {setting}
               value: "{value}"
         """);
}
