using Mesh.Contracts.Migrations;

namespace Mesh.Hypervisor;

/// <summary>Collects reasons in the order in which they are found; allocates nothing until there is one.</summary>
public sealed class RefusalCollector
{
    private List<Refusal>? _all;

    /// <summary>Every reason so far.</summary>
    public IReadOnlyList<Refusal> All => _all is null ? [] : _all;

    /// <summary>Adds a reason.</summary>
    public void Add(RefusalCode code, string message) => Add(new Refusal(code, message));

    /// <summary>Adds a reason.</summary>
    public void Add(Refusal refusal) => (_all ??= []).Add(refusal);

    /// <summary>Adds a reason if there is one.</summary>
    public void AddIfAny(Refusal? refusal)
    {
        if (refusal is not null)
            Add(refusal);
    }
}
