using Mesh.Contracts.Migrations;

namespace Mesh.Scheduler.Checking;

/// <summary>What was found to speak against something; costs nothing while that is nothing.</summary>
internal sealed class RefusalCollector
{
    private List<Refusal>? _all;

    /// <summary>Everything that was found, in the order in which it was.</summary>
    public IReadOnlyList<Refusal> All => _all is null ? [] : _all;

    public void Add(RefusalCode code, string message) => Add(new Refusal(code, message));

    public void Add(Refusal refusal) => (_all ??= []).Add(refusal);
}
