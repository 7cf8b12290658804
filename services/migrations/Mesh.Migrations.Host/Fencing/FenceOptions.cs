using System.ComponentModel.DataAnnotations;

namespace Mesh.Migrations.Host.Fencing;

/// <summary>How hosts are powered off; configuration section <c>Fencing</c>. Without a command, a host is fenced only when an operator confirms that it is off.</summary>
public sealed class FenceOptions : IValidatableObject
{
    /// <summary>
    /// Shell command that powers a host off and exits with 0; <c>MESH_HOST</c> is the host's name. Example:
    /// <c>fence_ipmilan --ip=$MESH_HOST.bmc --action=off</c>. Default: none.
    /// </summary>
    public string? Command { get; set; }

    /// <summary>Shell command that exits with 0 if the host in <c>MESH_HOST</c> is certainly off. Required with <see cref="Command"/>.</summary>
    public string? Verify { get; set; }

    /// <summary>Maximum run time of the command. 1 s to 1 h. Default: 60 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after the command the verification is retried while the host is still on. 1 s to 1 h. Default: 60 s.</summary>
    public TimeSpan VerifyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Command) != string.IsNullOrWhiteSpace(Verify))
            yield return new ValidationResult(
                "Fencing:Command requires Fencing:Verify and vice versa: a host counts as off only once that is verified", [nameof(Verify)]);
        foreach (var (name, value) in new[] { (nameof(Timeout), Timeout), (nameof(VerifyTimeout), VerifyTimeout) })
            if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromHours(1))
                yield return new ValidationResult($"Fencing:{name} is {value}; it must be between 1 s and 1 h", [name]);
    }
}
