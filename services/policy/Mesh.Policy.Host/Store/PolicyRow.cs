using System.Globalization;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Documents;

namespace Mesh.Policy.Host.Store;

/// <summary>The row of a policy version.</summary>
internal sealed class PolicyRow
{
    public const string Columns = "name AS Name, version AS Version, document AS Document, updated_by AS UpdatedBy, updated_at AS UpdatedAt";

    public string Name { get; init; } = "";

    public long Version { get; init; }

    public string Document { get; init; } = "";

    public string UpdatedBy { get; init; } = "";

    public string UpdatedAt { get; init; } = "";

    /// <summary>The policy; null with the reason if the row cannot be read.</summary>
    public PolicyView? TryRead(string defaultName, out string reason)
    {
        reason = "";
        var (policy, errors) = PolicyText.Read(Document);
        if (policy is null)
            reason = $"version {Version}, line {errors[0].Line}: {errors[0].Field} {errors[0].Message}";
        else if (policy.Name != Name)
            reason = $"version {Version} contains policy '{policy.Name}'";
        else if (!DateTimeOffset.TryParse(UpdatedAt, CultureInfo.InvariantCulture, out var at))
            reason = $"version {Version} has an invalid time: '{UpdatedAt}'";
        else
            return new PolicyView(policy, (int)Version, Name == defaultName, UpdatedBy, at);
        return null;
    }
}

/// <summary>The row of a policy override.</summary>
internal sealed record OverrideRow(string VmId, string Policy, string UpdatedBy, string UpdatedAt)
{
    /// <summary>The override; null if the row cannot be read.</summary>
    public PolicyOverride? TryRead() => Guid.TryParse(VmId, out var vm) && DateTimeOffset.TryParse(UpdatedAt, CultureInfo.InvariantCulture, out var at)
        ? new PolicyOverride(new VmId(vm), Policy, UpdatedBy, at)
        : null;
}
