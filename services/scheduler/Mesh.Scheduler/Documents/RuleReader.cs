using Mesh.Contracts.Scheduling;
using Mesh.Documents;

namespace Mesh.Scheduler.Documents;

/// <summary>Reads single rules. Each returns null, with a fault, for what is no rule at all.</summary>
internal static class RuleReader
{
    private const int DefaultWeight = 50;
    private static readonly Dictionary<string, string> NoLabels = new(StringComparer.Ordinal);

    public static HostAffinityRule? HostAffinity(NodeContext place, Dictionary<string, string> names) => MappingReader.Read(place, fields =>
    {
        var name = Name(fields, names);
        var vms = LabelReader.Read(fields.Optional("vms"), countMin: 0) ?? NoLabels;
        var hosts = RequirementReader.Read(fields.Required("hosts", "what the hosts must bear, such as { disk: ssd }"), countMin: 1);
        var required = fields.Optional("required")?.ReadBoolean() ?? true;
        return new HostAffinityRule(name, vms, hosts, required, Weight(fields, required, "required"));
    });

    public static VmAffinityRule? VmAffinity(NodeContext place, Dictionary<string, string> names) => MappingReader.Read(place, fields =>
    {
        var name = Name(fields, names);
        var vms = LabelReader.Read(fields.Required("vms", "labels that the machines of the rule bear, such as { app: shop }"), countMin: 1) ?? NoLabels;
        var apart = fields.Required("apart", "true keeps them on different hosts, false on the same")?.ReadBoolean() ?? false;
        var hard = fields.Optional("hard")?.ReadBoolean() ?? true;
        return new VmAffinityRule(name, vms, apart, hard, Weight(fields, hard, "hard"));
    });

    public static TaintRule? Taint(NodeContext place, Dictionary<string, string> names) => MappingReader.Read(place, fields =>
    {
        var name = Name(fields, names);
        var hosts = RequirementReader.Read(fields.Required("hosts", "which hosts are kept, such as { gpu: \"yes\" }"), countMin: 1);
        var toleratedBy = LabelReader.Read(fields.Optional("toleratedBy"), countMin: 0) ?? NoLabels;
        var hard = fields.Optional("hard")?.ReadBoolean() ?? true;
        return new TaintRule(name, hosts, toleratedBy, hard, Weight(fields, hard, "hard"));
    });

    /// <summary>A reader of networks, each of which is named once.</summary>
    public static Func<NodeContext, NetworkRule?> Networks()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        return place => MappingReader.Read(place, fields =>
        {
            var named = fields.Required("name", "the bridge or libvirt network, as machines name it");
            var name = named?.ReadText() ?? "";
            if (named is { } there && name.Length > 0)
                RequireUnique(there, name, names);
            else if (named is { Node: DocumentScalar { IsText: true } } empty)
                empty.AddError("is empty; it takes the bridge or libvirt network, as machines name it");
            if (name.Length > LabelReader.LengthMax)
                named?.AddError($"has {name.Length} characters; at most {LabelReader.LengthMax} are accepted");
            return new NetworkRule(name, RequirementReader.Read(fields.Optional("hosts"), countMin: 0), fields.Optional("moves")?.ReadBoolean() ?? true);
        });
    }

    private static string Name(MappingReader fields, Dictionary<string, string> names)
    {
        if (fields.Required("name", "lower-case letters, digits and hyphens") is not { } place || place.ReadText() is not { } name)
            return "";
        if (!IsName(name))
            place.AddError($"{NodeContext.Quote(name)} is no name: 1 to {RulesDocument.NameLengthMax} lower-case letters, digits and hyphens, a hyphen not first");
        else
            RequireUnique(place, name, names);
        return name;
    }

    private static void RequireUnique(NodeContext place, string name, Dictionary<string, string> names)
    {
        if (!names.TryAdd(name, place.Field))
            place.AddError($"{NodeContext.Quote(name)} is the name of another one ({names[name]}); each is named once");
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= RulesDocument.NameLengthMax && text[0] != '-'
        && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');

    // Who gives a weight to what must be means something else than what is written.
    private static int Weight(MappingReader fields, bool isMust, string must)
    {
        if (fields.Optional("weight") is not { } place || place.ReadCount(1, 100) is not { } weight)
            return DefaultWeight;
        if (isMust && weight != DefaultWeight)
            place.AddError($"means nothing unless {must}: false stands beside it");
        return weight;
    }
}
