using Dapr.Common;

namespace Dapr.Workflow.Registration;

/// <summary>Sets up workflows in a service collection.</summary>
public interface IDaprWorkflowBuilder : IDaprServiceBuilder;
