using System.ComponentModel.DataAnnotations;
using Mesh.Policy.Documents;

namespace Mesh.Policy.Host;

/// <summary>What counts while nobody has said anything else; configuration section <c>Policies</c>.</summary>
public sealed class PolicyOptions : IValidatableObject
{
    /// <summary>Name of the policy that counts where nothing else does, until <c>mesh policy set-default</c> names one. Default: <c>harvester</c>.</summary>
    public string Default { get; set; } = "harvester";

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!PolicyDocument.IsName(Default))
            yield return new ValidationResult($"Policies:Default is '{Default}' and takes the name of a policy: lower-case letters, digits and hyphens", [nameof(Default)]);
    }
}
