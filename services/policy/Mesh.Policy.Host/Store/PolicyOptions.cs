using System.ComponentModel.DataAnnotations;
using Mesh.Policy.Documents;

namespace Mesh.Policy.Host.Store;

/// <summary>Settings of the policy service; configuration section <c>Policies</c>.</summary>
public sealed class PolicyOptions : IValidatableObject
{
    /// <summary>Name of the default policy, until <c>mesh policy set-default</c> sets another. Default: <c>harvester</c>.</summary>
    public string Default { get; set; } = "harvester";

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!PolicyDocument.IsName(Default))
            yield return new ValidationResult($"Policies:Default is '{Default}'; it must be a policy name: lower-case letters, digits and hyphens", [nameof(Default)]);
    }
}
