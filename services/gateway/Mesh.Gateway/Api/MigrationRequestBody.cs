using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;

namespace Mesh.Gateway.Api;

/// <summary>The body of <c>POST /api/v1/migrations</c>.</summary>
public sealed record MigrationRequestBody
{
    /// <summary>Who asks where the request does not say.</summary>
    public const string DefaultRequestedBy = "api";

    /// <summary>Chosen by whoever asks, so that asking twice is harmless; null lets the gateway choose.</summary>
    public MigrationId? Id { get; init; }

    /// <summary>The machine's name or UUID.</summary>
    public required string Vm { get; init; }

    /// <summary>The destination, or the first of several; null lets the scheduler choose.</summary>
    public HostName? To { get; init; }

    /// <summary>Beside <see cref="To"/> further hosts, in this order, for when the one before cannot take it; alone the hosts to choose among.</summary>
    public IReadOnlyList<HostName> Alternatives { get; init; } = [];

    /// <summary>How to move it.</summary>
    public MigrationOptions Options { get; init; } = new();

    /// <summary>Hard limits; what is left out is the policy's.</summary>
    public MigrationLimits Limits { get; init; } = new();

    /// <summary>Name of the policy that is to steer it; null for the one that counts for the machine.</summary>
    public string? Policy { get; init; }

    /// <summary>What may be done to the machine, of what the policy permits: what is not named may not. Null for all of it.</summary>
    public PolicyPermissions? Allow { get; init; }

    /// <summary>The downtime that the machine bears; null for the policy's.</summary>
    public TimeSpan? DowntimeBudget { get; init; }

    /// <summary>How long it may take in all, for policies that plan by time; null for the policy's completion timeout.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>How much it matters beside others that wait.</summary>
    public MigrationPriority Priority { get; init; } = MigrationPriority.Operator;

    /// <summary>Whether rules that keep machines together or apart may be broken where nothing else is left.</summary>
    public bool RelaxAffinity { get; init; }

    /// <summary>How many hosts are tried in all, 1 or more; null for the scheduler's limit.</summary>
    public int? HostsTriedMax { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public string RequestedBy { get; init; } = DefaultRequestedBy;
}

/// <summary>The body of <c>POST /api/v1/migrations/{id}/abort</c>, which may also be left out.</summary>
public sealed record AbortBody
{
    /// <summary>Who asks, for the audit.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}

/// <summary>The body of <c>POST /api/v1/hosts/{name}/fence</c>.</summary>
public sealed record FenceBody
{
    /// <summary>Whether whoever asks vouches that the host is off; if not, the configured fence command is run.</summary>
    public bool Confirmed { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;
}
