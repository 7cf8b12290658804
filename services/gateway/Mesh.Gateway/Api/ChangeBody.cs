using Mesh.Contracts.Values;

namespace Mesh.Gateway.Api;

/// <summary>The body of <c>PATCH /api/v1/migrations/{id}</c>: what is given is changed, what is left out stays.</summary>
public sealed record ChangeBody
{
    /// <summary>New downtime limit, 1 ms to 2000 s.</summary>
    public TimeSpan? MaxDowntime { get; init; }

    /// <summary>New limit of pre-copy's data rate, 1 MiB/s or more.</summary>
    public BytesPerSecond? Bandwidth { get; init; }

    /// <summary>New limit of post-copy's data rate, 1 MiB/s or more.</summary>
    public BytesPerSecond? PostCopyBandwidth { get; init; }

    /// <summary>True changes over to post-copy; there is no way back.</summary>
    public bool? PostCopy { get; init; }

    /// <summary>True suspends the machine while the migration goes on; it runs again on the destination.</summary>
    public bool? Suspend { get; init; }

    /// <summary>Compression of memory on or off.</summary>
    public bool? Compression { get; init; }

    /// <summary>Auto-converge on or off.</summary>
    public bool? AutoConverge { get; init; }

    /// <summary>How much the machine's processors are slowed down, 0 to 99, where 0 lifts it.</summary>
    public Percent? Throttle { get; init; }

    /// <summary>New stalling limit.</summary>
    public TimeSpan? StallingLimit { get; init; }

    /// <summary>Name of the policy that steers it from now on.</summary>
    public string? Policy { get; init; }

    /// <summary>Chosen by whoever asks, so that asking twice is harmless; null lets the gateway choose.</summary>
    public string? ChangeId { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;

    /// <summary>Why, for the audit.</summary>
    public string Reason { get; init; } = "";
}

/// <summary>
/// The body of <c>POST /api/v1/migrations/{id}/force-complete</c>, <c>/postcopy</c> and <c>/suspend</c>, which may also be left out.
/// </summary>
public sealed record ChangeActionBody
{
    /// <summary>Chosen by whoever asks, so that asking twice is harmless; null lets the gateway choose.</summary>
    public string? ChangeId { get; init; }

    /// <summary>Who asks, for the audit.</summary>
    public string RequestedBy { get; init; } = MigrationRequestBody.DefaultRequestedBy;

    /// <summary>Why, for the audit.</summary>
    public string Reason { get; init; } = "";
}
