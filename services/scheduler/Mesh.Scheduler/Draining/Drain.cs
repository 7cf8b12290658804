using System.Text.Json.Serialization;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Values;

namespace Mesh.Scheduler.Draining;

/// <summary>
/// A drain as it is stored: the request, the current plan, and the state of each VM. <see cref="DrainView"/> is what people see of it. The JSON
/// names are part of the store's format and must not change with the property names.
/// </summary>
public sealed record Drain
{
    /// <summary>The drain's ID.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>The hosts to empty; for a drain that undoes another, the hosts to refill.</summary>
    [JsonPropertyName("hosts")]
    public required IReadOnlyList<HostName> Hosts { get; init; }

    /// <summary>The drain that this one undoes; null for none.</summary>
    [JsonPropertyName("undoes")]
    public string? Undoes { get; init; }

    /// <summary>The current state.</summary>
    [JsonPropertyName("state")]
    public required DrainState State { get; init; }

    /// <summary>How many VMs may leave each host at once; null for the scheduler's limit.</summary>
    [JsonPropertyName("parallel")]
    public int? Parallel { get; init; }

    /// <summary>The order in which VMs are moved.</summary>
    [JsonPropertyName("order")]
    public DrainOrder Order { get; init; }

    /// <summary>Whether hard VM affinity rules may be broken for VMs that no host could take otherwise.</summary>
    [JsonPropertyName("relaxAffinity")]
    public bool RelaxAffinity { get; init; }

    /// <summary>Who requested it.</summary>
    [JsonPropertyName("requestedBy")]
    public required string RequestedBy { get; init; }

    /// <summary>Why; may be empty.</summary>
    [JsonPropertyName("reason")]
    public string Reason { get; init; } = "";

    /// <summary>When it was requested, by the mesh's clock.</summary>
    [JsonPropertyName("requestedAt")]
    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it was last planned, by the mesh's clock.</summary>
    [JsonPropertyName("plannedAt")]
    public required DateTimeOffset PlannedAt { get; init; }

    /// <summary>When it ended; null while it is open.</summary>
    [JsonPropertyName("endedAt")]
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The VMs to move. A move's position is part of its migrations' IDs, so moves that were requested never change places.</summary>
    [JsonPropertyName("moves")]
    public required IReadOnlyList<VmMove> Moves { get; init; }

    /// <summary>VMs that cannot be moved.</summary>
    [JsonPropertyName("blockedVms")]
    public IReadOnlyList<UnmovableVm> BlockedVms { get; init; } = [];

    /// <summary>Predicted duration of the newest plan, counted from <see cref="PlannedAt"/>.</summary>
    [JsonPropertyName("makespan")]
    public required TimeSpan Makespan { get; init; }

    /// <summary>The least that any plan would take: the largest sum of bytes over bandwidth on any link.</summary>
    [JsonPropertyName("lowerBound")]
    public required TimeSpan LowerBound { get; init; }

    /// <summary>How often it was replanned because predictions had changed.</summary>
    [JsonPropertyName("replanCount")]
    public int ReplanCount { get; init; }

    /// <summary>Whether another drain holds the same values, so that nothing has to be stored.</summary>
    public bool HasSameContent(Drain other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this with { Hosts = [], Moves = [], BlockedVms = [] } == other with { Hosts = [], Moves = [], BlockedVms = [] }
            && Hosts.SequenceEqual(other.Hosts)
            && Moves.SequenceEqual(other.Moves)
            && BlockedVms.Count == other.BlockedVms.Count
            && BlockedVms.Zip(other.BlockedVms).All(pair => pair.First.HasSameContent(pair.Second));
    }

    /// <summary>The drain as it is shown.</summary>
    /// <param name="estimate">The newest estimate; null for what the stored plan predicts.</param>
    public DrainView ToView(DrainEstimate? estimate = null)
    {
        var ofPlan = DrainEstimate.FromPlan(this);
        var newest = estimate ?? ofPlan;
        return new()
        {
            Id = Id,
            Hosts = Hosts,
            Undoes = Undoes,
            State = State,
            Parallel = Parallel,
            Order = Order,
            RelaxAffinity = RelaxAffinity,
            RequestedBy = RequestedBy,
            Reason = Reason,
            At = RequestedAt,
            PlannedAt = PlannedAt,
            EndedAt = EndedAt,
            Moves = [.. Moves.Select(move => move.ToView())],
            BlockedVms = [.. BlockedVms.Select(vm => new BlockedVm(vm.Vm, vm.VmName, vm.Host, vm.Refusals, vm.Advice))],
            Makespan = Makespan,
            LowerBound = LowerBound,
            // Exact while no VM is migrating, also if the estimate is older than the state.
            Progress = Moves.Any(move => move.State == DrainMoveState.Migrating) ? newest.Progress : ofPlan.Progress,
            ExpectedEnd = State is DrainState.Planned or DrainState.Running ? newest.ExpectedEnd : null,
            ReplanCount = ReplanCount,
        };
    }
}

/// <summary>One VM of a drain and the state of its move, as stored.</summary>
public sealed record VmMove
{
    /// <summary>The VM.</summary>
    [JsonPropertyName("vm")]
    public required VmId Vm { get; init; }

    /// <summary>Its name.</summary>
    [JsonPropertyName("vmName")]
    public required string VmName { get; init; }

    /// <summary>The source.</summary>
    [JsonPropertyName("from")]
    public required HostName From { get; init; }

    /// <summary>The planned or final destination.</summary>
    [JsonPropertyName("to")]
    public required HostName To { get; init; }

    /// <summary>The state of the move.</summary>
    [JsonPropertyName("state")]
    public DrainMoveState State { get; init; }

    /// <summary>Its newest migration; null before the first.</summary>
    [JsonPropertyName("migration")]
    public MigrationId? Migration { get; init; }

    /// <summary>How many migrations were requested for it.</summary>
    [JsonPropertyName("attempts")]
    public int Attempts { get; init; }

    /// <summary>The earliest time of the next attempt, after a failed one; null for at once.</summary>
    [JsonPropertyName("notBefore")]
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Memory and copied disks, in bytes.</summary>
    [JsonPropertyName("dataSize")]
    public required Bytes DataSize { get; init; }

    /// <summary>The planned start, counted from the planning.</summary>
    [JsonPropertyName("startOffset")]
    public TimeSpan StartOffset { get; init; }

    /// <summary>The predicted duration.</summary>
    [JsonPropertyName("estimatedDuration")]
    public required TimeSpan EstimatedDuration { get; init; }

    /// <summary>Whether it needs its links to itself, because its dirty rate is too high to share them.</summary>
    [JsonPropertyName("exclusive")]
    public bool Exclusive { get; init; }

    /// <summary>A message for people, such as why it failed; may be empty.</summary>
    [JsonPropertyName("message")]
    public string Message { get; init; } = "";

    internal DrainMove ToView() => new()
    {
        Vm = Vm,
        VmName = VmName,
        From = From,
        To = To,
        State = State,
        Migration = Migration,
        Attempts = Attempts,
        NotBefore = NotBefore,
        DataSize = DataSize,
        StartOffset = StartOffset,
        EstimatedDuration = EstimatedDuration,
        Exclusive = Exclusive,
        Message = Message,
    };
}

/// <summary>A VM that a drain cannot move, as stored.</summary>
/// <param name="Vm">The VM.</param>
/// <param name="VmName">Its name.</param>
/// <param name="Host">Its current host.</param>
/// <param name="Refusals">Every reason; empty if its migration ended without success.</param>
/// <param name="Advice">What an operator can do about it.</param>
public sealed record UnmovableVm(
    [property: JsonPropertyName("vm")] VmId Vm,
    [property: JsonPropertyName("vmName")] string VmName,
    [property: JsonPropertyName("host")] HostName Host,
    [property: JsonPropertyName("refusals")] IReadOnlyList<Refusal> Refusals,
    [property: JsonPropertyName("advice")] string Advice)
{
    internal bool HasSameContent(UnmovableVm other) =>
        this with { Refusals = [] } == other with { Refusals = [] } && Refusals.SequenceEqual(other.Refusals);
}
