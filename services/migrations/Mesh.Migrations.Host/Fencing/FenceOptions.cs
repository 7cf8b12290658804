using System.ComponentModel.DataAnnotations;

namespace Mesh.Migrations.Host.Fencing;

/// <summary>How hosts are powered off; configuration section <c>Fencing</c>. Without a command a host is fenced by an operator's word only.</summary>
public sealed class FenceOptions : IValidatableObject
{
    /// <summary>
    /// A shell command that powers a host off and exits with 0; the host's name is in <c>MESH_HOST</c>. Such as
    /// <c>fence_ipmilan --ip=$MESH_HOST.bmc --action=off</c>. Default: none.
    /// </summary>
    public string? Command { get; set; }

    /// <summary>A shell command that exits with 0 when the host in <c>MESH_HOST</c> is off for certain. Required with <see cref="Command"/>.</summary>
    public string? Verify { get; set; }

    /// <summary>How long the command may take. 1 s to 1 h. Default: 60 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long after the command the verification may go on saying that the host is not off yet. 1 s to 1 h. Default: 60 s.</summary>
    public TimeSpan VerifyTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (string.IsNullOrWhiteSpace(Command) != string.IsNullOrWhiteSpace(Verify))
            yield return new ValidationResult(
                "Fencing:Command and Fencing:Verify go together: a host counts as off only when that has been verified", [nameof(Verify)]);
        foreach (var (name, value) in new[] { (nameof(Timeout), Timeout), (nameof(VerifyTimeout), VerifyTimeout) })
            if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromHours(1))
                yield return new ValidationResult($"Fencing:{name} is {value} and takes 1 s to 1 h", [name]);
    }
}
