using System.Collections.Immutable;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Migrations.Intake;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>What was wrong with the last messages of a host, by the kind of message. A valid message of the same kind ends it.</summary>
/// <param name="Refused">Messages that were refused as a whole.</param>
/// <param name="Dropped">Entries that were dropped from a message.</param>
internal sealed record HostFaults(ImmutableSortedDictionary<string, RefusedMessages> Refused, ImmutableSortedDictionary<string, DroppedEntries> Dropped)
{
    /// <summary>Answers and events are rare: a refused one is forgotten after this time even if none follows.</summary>
    private static readonly TimeSpan RareMessageMax = TimeSpan.FromMinutes(10);

    public static readonly HostFaults None = new(
        ImmutableSortedDictionary.Create<string, RefusedMessages>(StringComparer.Ordinal), ImmutableSortedDictionary.Create<string, DroppedEntries>(StringComparer.Ordinal));

    /// <summary>Every dropped entry.</summary>
    public IEnumerable<InvalidEntry> InvalidEntries => Dropped.Values.SelectMany(dropped => dropped.Entries);

    /// <summary>Whether the latest report has dropped entries of statuses, so that a VM that it does not name may be there.</summary>
    public bool HidesStatuses => InvalidEntries.Any(entry => entry.IsStatus);

    /// <summary>Whether the latest report had an invalid entry of a VM, or one that does not say of which.</summary>
    public bool HidesStatusOf(VmId vm) => InvalidEntries.Any(entry => entry.IsStatus && (entry.Vm is null || entry.Vm == vm));

    /// <summary>The faults after a message was refused.</summary>
    public HostFaults WithRefused(string kind, MessageFault fault, DateTimeOffset now) => this with
    {
        Refused = Refused.SetItem(kind, Refused.TryGetValue(kind, out var known)
            ? known with { Fault = fault, LastAt = now, FaultCount = known.FaultCount + (known.Fault == fault ? 0 : 1) }
            : new(fault, now, now, 1)),
    };

    /// <summary>The faults after a message was accepted, without its invalid entries.</summary>
    public HostFaults WithAccepted(string kind, IReadOnlyList<InvalidEntry> invalid, DateTimeOffset now)
    {
        if (invalid.Count == 0 && !Refused.ContainsKey(kind) && !Dropped.ContainsKey(kind))
            return this;
        return new(
            Refused.Remove(kind),
            invalid.Count == 0 ? Dropped.Remove(kind) : Dropped.SetItem(kind, new(invalid, Dropped.TryGetValue(kind, out var known) ? known.Since : now, now)));
    }

    /// <summary>What to show of it.</summary>
    public IEnumerable<HostProblem> Describe(HostName host, DateTimeOffset now)
    {
        foreach (var (kind, refused) in Refused)
            if (kind is MessageKinds.Report or MessageKinds.Inventory || now - refused.LastAt < RareMessageMax)
                yield return new(
                    HostProblemKind.InvalidData, $"{host} sends an invalid {kind}: {refused.Fault}",
                    $"correct or upgrade its agent; what {host} sent before stands until then", refused.Since, refused.LastAt);
        foreach (var (kind, dropped) in Dropped)
            yield return new(
                HostProblemKind.InvalidVms,
                $"{host} sends {(dropped.Entries.Count == 1 ? "an invalid entry" : $"{dropped.Entries.Count} invalid entries")} in its {kind}: {dropped.Entries[0].Reason}",
                "correct the VM's data or the agent; until then the VMs concerned are not moved", dropped.Since, dropped.LastAt);
    }
}

/// <summary>Messages of one kind that were refused one after the other.</summary>
/// <param name="Fault">What is wrong with the last one.</param>
/// <param name="Since">When the first one arrived.</param>
/// <param name="LastAt">When the last one arrived.</param>
/// <param name="FaultCount">How often the fault was another one than before.</param>
internal sealed record RefusedMessages(MessageFault Fault, DateTimeOffset Since, DateTimeOffset LastAt, int FaultCount);

/// <summary>Entries that were dropped from messages of one kind.</summary>
/// <param name="Entries">Those of the last message.</param>
/// <param name="Since">When the first such message arrived.</param>
/// <param name="LastAt">When the last one arrived.</param>
internal sealed record DroppedEntries(IReadOnlyList<InvalidEntry> Entries, DateTimeOffset Since, DateTimeOffset LastAt);

/// <summary>The kinds of messages that agents send, as people read them.</summary>
internal static class MessageKinds
{
    public const string Report = "report";
    public const string Inventory = "inventory";
    public const string Answer = "answer to a command";
    public const string Event = "event";
}
