using System.Reflection;
using Dapr.Workflow.Abstractions;

namespace Dapr.Workflow.Registration;

/// <summary>The workflows and activities that assemblies declare, found at start instead of at build time.</summary>
internal static class DeclaredTypes
{
    public static void Register(WorkflowRuntimeOptions options, IEnumerable<Assembly> assemblies)
    {
        foreach (var type in assemblies.Where(Knows).SelectMany(static assembly => assembly.GetTypes()).Where(IsUsable))
        {
            if (IsA(type, typeof(Workflow<,>)))
                options.Workflows.AddType(type);
            else if (IsA(type, typeof(WorkflowActivity<,>)))
                options.Activities.AddType(type);
        }
    }

    private static bool Knows(Assembly assembly) =>
        !assembly.IsDynamic && assembly.GetReferencedAssemblies().Any(static name => name.Name == typeof(IWorkflowActivity).Assembly.GetName().Name);

    private static bool IsUsable(Type type) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false } && IsSeen(type);

    private static bool IsSeen(Type type) =>
        type.DeclaringType is { } outer ? (type.IsNestedPublic || type.IsNestedAssembly || type.IsNestedFamORAssem) && IsSeen(outer) : true;

    private static bool IsA(Type type, Type definition)
    {
        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            if (current.IsGenericType && current.GetGenericTypeDefinition() == definition)
                return true;
        }

        return false;
    }
}
