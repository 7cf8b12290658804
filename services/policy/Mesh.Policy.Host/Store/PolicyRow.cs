using System.Globalization;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Documents;

namespace Mesh.Policy.Host.Store;

/// <summary>A version of a policy as its row says it.</summary>
internal sealed class PolicyRow
{
    public const string Columns = "name AS Name, version AS Version, document AS Document, kept_by AS KeptBy, kept_at AS KeptAt";

    public string Name { get; init; } = "";

    public long Version { get; init; }

    public string Document { get; init; } = "";

    public string KeptBy { get; init; } = "";

    public string KeptAt { get; init; } = "";

    /// <summary>The policy; null with the reason if the row cannot be read.</summary>
    public PolicyView? TryRead(string defaultName, out string reason)
    {
        reason = "";
        var (policy, faults) = PolicyText.Read(Document);
        if (policy is null)
            reason = $"version {Version}, line {faults[0].Line}: {faults[0].Field} {faults[0].Message}";
        else if (policy.Name != Name)
            reason = $"version {Version} is of policy '{policy.Name}'";
        else if (!DateTimeOffset.TryParse(KeptAt, CultureInfo.InvariantCulture, out var at))
            reason = $"version {Version} was kept at '{KeptAt}', which is no time";
        else
            return new PolicyView(policy, (int)Version, Name == defaultName, KeptBy, at);
        return null;
    }
}

/// <summary>A machine's own policy as its row says it.</summary>
internal sealed record OverrideRow(string VmId, string Policy, string SetBy, string SetAt)
{
    /// <summary>The machine and its policy; null if the row cannot be read.</summary>
    public PolicyOverride? TryRead() => Guid.TryParse(VmId, out var vm) && DateTimeOffset.TryParse(SetAt, CultureInfo.InvariantCulture, out var at)
        ? new PolicyOverride(new VmId(vm), Policy, SetBy, at)
        : null;
}
