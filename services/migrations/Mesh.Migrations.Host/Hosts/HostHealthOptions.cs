using System.ComponentModel.DataAnnotations;
using Mesh.Migrations.Hosts;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>How long a host may go without reports; configuration section <c>Hosts</c>.</summary>
public sealed class HostHealthOptions : IValidatableObject
{
    /// <summary>Age of the last report at which a host becomes suspect and is excluded as a destination. 1 s to 1 h. Default: 15 s.</summary>
    public TimeSpan SuspectAfter { get; set; } = HostHealthLimits.Default.SuspectAfter;

    /// <summary>Age of the last report at which a host becomes unresponsive. More than <see cref="SuspectAfter"/>, up to 1 day. Default: 60 s.</summary>
    public TimeSpan UnresponsiveAfter { get; set; } = HostHealthLimits.Default.UnresponsiveAfter;

    /// <summary>Added to both for each VM on the host. Zero to 1 min. Default: 500 ms.</summary>
    public TimeSpan GracePerVm { get; set; } = HostHealthLimits.Default.GracePerVm;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (SuspectAfter < TimeSpan.FromSeconds(1) || SuspectAfter > TimeSpan.FromHours(1))
            yield return new ValidationResult($"Hosts:SuspectAfter is {SuspectAfter}; it must be between 1 s and 1 h", [nameof(SuspectAfter)]);
        if (UnresponsiveAfter <= SuspectAfter || UnresponsiveAfter > TimeSpan.FromDays(1))
            yield return new ValidationResult(
                $"Hosts:UnresponsiveAfter is {UnresponsiveAfter}; it must be more than Hosts:SuspectAfter ({SuspectAfter}) and at most 1 day", [nameof(UnresponsiveAfter)]);
        if (GracePerVm < TimeSpan.Zero || GracePerVm > TimeSpan.FromMinutes(1))
            yield return new ValidationResult($"Hosts:GracePerVm is {GracePerVm}; it must be between 0 and 1 min", [nameof(GracePerVm)]);
    }

    internal HostHealthLimits ToLimits() => new(SuspectAfter, UnresponsiveAfter, GracePerVm);
}
