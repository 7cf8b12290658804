using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Migrations;

/// <summary>What is shown of a migration.</summary>
public static class MigrationViewExtensions
{
    /// <summary>The VM's name, or the name in the request.</summary>
    public static string VmName(this MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Vm?.Name ?? state.Request.Vm;
    }

    /// <summary>Memory plus the copied disks; the size for limits per GiB.</summary>
    public static Bytes DataSize(this MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return CopiedDisks.DataSize(state.Vm!.Memory, state.DisksToCopy);
    }

    /// <summary>The migration for people and programs.</summary>
    public static MigrationView ToView(this MigrationState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new()
        {
            Id = state.Id,
            VmId = state.Vm?.Id,
            VmName = state.VmName(),
            Source = state.Source,
            Destination = state.Destination,
            AllowedHosts = state.Preferences.AllowedHosts,
            Preferred = state.Preferences.Preferred,
            Priority = state.Preferences.Priority,
            Drain = state.Request.Drain,
            RelaxAffinity = state.Request.RelaxAffinity,
            Attempt = state.Attempt,
            QueuedAt = state.QueuedAt,
            MayTransfer = state.MayTransfer,
            BandwidthShare = (state.Options.Bandwidth ?? state.OperatorOverrides.Bandwidth) is null ? state.Share : null,
            Placement = state.Choice,
            DataSize = state.Vm is null ? null : state.DataSize(),
            Advice = state.Advice,
            FailedAttempts = state.FailedAttempts,
            Epoch = state.Epoch,
            Phase = state.Phase,
            Outcome = state.Outcome,
            Reason = state.Reason,
            Refusals = state.Refusals,
            Options = state.Options,
            Limits = state.AgentLimits(),
            Policy = state.Policy,
            Forecast = state.HasEnded ? null : state.Forecast,
            Changes = state.Changes,
            RequestedBy = state.Request.RequestedBy,
            RequestedAt = state.RequestedAt,
            StartedAt = state.StartedAt,
            EndedAt = state.EndedAt,
            Progress = state.Progress,
            Stalled = state.Stalled,
            Sample = state.Sample,
            Parameters = state.Parameters,
            ParametersInForce = state.ParametersInForce,
            PendingParameters = state.HasEnded ? null : ChangeHandler.Pending(state),
            TraceParent = state.Request.TraceParent,
        };
    }
}
