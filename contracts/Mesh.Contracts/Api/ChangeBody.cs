using Mesh.Contracts.Values;

namespace Mesh.Contracts.Api;

/// <summary>The body of <c>PATCH /api/v1/migrations/{id}</c>: what is omitted stays unchanged.</summary>
public sealed record ChangeBody
{
    /// <summary>The new downtime limit, 1 ms to 2000 s.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>The new pre-copy bandwidth limit, 1 MiB/s or more.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>The new post-copy bandwidth limit, 1 MiB/s or more.</summary>
    public BytesPerSecond? PostCopyBandwidth { get; init; }

    /// <summary>True: switch to post-copy, which cannot be undone.</summary>
    public bool? PostCopy { get; init; }

    /// <summary>True: suspend the VM while the migration continues; it resumes on the destination.</summary>
    public bool? Suspend { get; init; }

    /// <summary>Turns memory compression on or off.</summary>
    public bool? Compression { get; init; }

    /// <summary>Turns auto-converge on or off.</summary>
    public bool? AutoConverge { get; init; }

    /// <summary>The vCPU throttle, 0 to 99; 0 removes it.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>The new stalling limit.</summary>
    public TimeSpan? StallingLimit { get; init; }

    /// <summary>The name of the policy that replaces the migration's.</summary>
    public string? Policy { get; init; }

    /// <summary>The change's identifier; repeating a change with it is safe. Null: the gateway chooses one.</summary>
    public string? ChangeId { get; init; }

    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;

    /// <summary>The reason, for the audit log.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>The optional body of <c>POST /api/v1/migrations/{id}/force-complete</c>, <c>/postcopy</c> and <c>/suspend</c>.</summary>
public sealed record ChangeActionBody
{
    /// <summary>The change's identifier; repeating a change with it is safe. Null: the gateway chooses one.</summary>
    public string? ChangeId { get; init; }

    /// <summary>Who made the request, for the audit log.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;

    /// <summary>The reason, for the audit log.</summary>
    public string Reason { get; init; } = "";
}
