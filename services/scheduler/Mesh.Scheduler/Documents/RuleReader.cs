using Mesh.Contracts.Scheduling;
using Mesh.Documents;

namespace Mesh.Scheduler.Documents;

/// <summary>Reads single rules. Returns null, with a diagnostic, for a node that is not a rule.</summary>
internal static class RuleReader
{
    private const int DefaultWeight = 50;
    private static readonly Dictionary<string, string> NoLabels = new(StringComparer.Ordinal);

    public static HostAffinityRule? HostAffinity(NodeContext place, Dictionary<string, string> names) => MappingReader.Read(place, fields =>
    {
        var name = Name(fields, names);
        var vms = LabelReader.Read(fields.Optional("vms"), countMin: 0) ?? NoLabels;
        var hosts = RequirementReader.Read(fields.Required("hosts", "labels of the hosts, such as { disk: ssd }"), countMin: 1);
        var required = fields.Optional("required")?.ReadBoolean() ?? true;
        return new HostAffinityRule(name, vms, hosts, required, Weight(fields, required, "required"));
    });

    public static VmAffinityRule? VmAffinity(NodeContext place, Dictionary<string, string> names) => MappingReader.Read(place, fields =>
    {
        var name = Name(fields, names);
        var vms = LabelReader.Read(fields.Required("vms", "labels of the VMs, such as { app: shop }"), countMin: 1) ?? NoLabels;
        var apart = fields.Required("apart", "true keeps the VMs on different hosts, false on the same host")?.ReadBoolean() ?? false;
        var hard = fields.Optional("hard")?.ReadBoolean() ?? true;
        return new VmAffinityRule(name, vms, apart, hard, Weight(fields, hard, "hard"));
    });

    public static TaintRule? Taint(NodeContext place, Dictionary<string, string> names) => MappingReader.Read(place, fields =>
    {
        var name = Name(fields, names);
        var hosts = RequirementReader.Read(fields.Required("hosts", "labels of the tainted hosts, such as { gpu: \"yes\" }"), countMin: 1);
        var toleratedBy = LabelReader.Read(fields.Optional("toleratedBy"), countMin: 0) ?? NoLabels;
        var hard = fields.Optional("hard")?.ReadBoolean() ?? true;
        return new TaintRule(name, hosts, toleratedBy, hard, Weight(fields, hard, "hard"));
    });

    /// <summary>A reader of network rules, which checks that each network is named once.</summary>
    public static Func<NodeContext, NetworkRule?> Networks()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        return place => MappingReader.Read(place, fields =>
        {
            var named = fields.Required("name", "the bridge or libvirt network, as in the VMs' definitions");
            var name = named?.ReadText() ?? "";
            if (named is { } there && name.Length > 0)
                RequireUnique(there, name, names);
            else if (named is { Node: DocumentScalar { IsText: true } } empty)
                empty.AddError("is empty; expected the bridge or libvirt network, as in the VMs' definitions");
            if (name.Length > LabelReader.LengthMax)
                named?.AddError($"has {name.Length} characters; at most {LabelReader.LengthMax} are allowed");
            return new NetworkRule(name, RequirementReader.Read(fields.Optional("hosts"), countMin: 0), fields.Optional("moves")?.ReadBoolean() ?? true);
        });
    }

    private static string Name(MappingReader fields, Dictionary<string, string> names)
    {
        if (fields.Required("name", "lower-case letters, digits and hyphens") is not { } place || place.ReadText() is not { } name)
            return "";
        if (!IsName(name))
            place.AddError($"{NodeContext.Quote(name)} is not a valid name: expected 1 to {RulesDocument.NameLengthMax} lower-case letters, digits and hyphens, not starting with a hyphen");
        else
            RequireUnique(place, name, names);
        return name;
    }

    private static void RequireUnique(NodeContext place, string name, Dictionary<string, string> names)
    {
        if (!names.TryAdd(name, place.Field))
            place.AddError($"{NodeContext.Quote(name)} is already used by {names[name]}; names must be unique");
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= RulesDocument.NameLengthMax && text[0] != '-'
        && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');

    // A weight on a hard rule shows that a soft one was meant.
    private static int Weight(MappingReader fields, bool isMust, string must)
    {
        if (fields.Optional("weight") is not { } place || place.ReadCount(1, 100) is not { } weight)
            return DefaultWeight;
        if (isMust && weight != DefaultWeight)
            place.AddError($"has no effect unless {must} is false");
        return weight;
    }
}
