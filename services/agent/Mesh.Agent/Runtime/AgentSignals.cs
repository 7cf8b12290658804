using Mesh.Hosting.Background;

namespace Mesh.Agent.Runtime;

internal sealed class AgentSignals
{
    /// <summary>A report is due before the next tick.</summary>
    public AsyncSignal ReportRequested { get; } = new();

    /// <summary>An inventory is due.</summary>
    public AsyncSignal InventoryRequested { get; } = new();
}
