using Mesh.Contracts.Scheduling;
using Mesh.Documents;

namespace Mesh.Scheduler.Documents;

/// <summary>Reads single rules. Each returns null, with a fault, for what is no rule at all.</summary>
internal static class RuleReader
{
    private const int WeightUnlessSaid = 50;
    private static readonly Dictionary<string, string> NoLabels = new(StringComparer.Ordinal);

    public static HostAffinityRule? HostAffinity(Place place, Dictionary<string, string> names) => Fields.Read(place, fields =>
    {
        var name = Name(fields, names);
        var vms = Labels.Read(fields.Find("vms"), countMin: 0) ?? NoLabels;
        var hosts = RequirementReader.Read(fields.Require("hosts", "what the hosts must bear, such as { disk: ssd }"), countMin: 1);
        var required = fields.Find("required")?.Flag() ?? true;
        return new HostAffinityRule(name, vms, hosts, required, Weight(fields, required, "required"));
    });

    public static VmAffinityRule? VmAffinity(Place place, Dictionary<string, string> names) => Fields.Read(place, fields =>
    {
        var name = Name(fields, names);
        var vms = Labels.Read(fields.Require("vms", "labels that the machines of the rule bear, such as { app: shop }"), countMin: 1) ?? NoLabels;
        var apart = fields.Require("apart", "true keeps them on different hosts, false on the same")?.Flag() ?? false;
        var hard = fields.Find("hard")?.Flag() ?? true;
        return new VmAffinityRule(name, vms, apart, hard, Weight(fields, hard, "hard"));
    });

    public static TaintRule? Taint(Place place, Dictionary<string, string> names) => Fields.Read(place, fields =>
    {
        var name = Name(fields, names);
        var hosts = RequirementReader.Read(fields.Require("hosts", "which hosts are kept, such as { gpu: \"yes\" }"), countMin: 1);
        var toleratedBy = Labels.Read(fields.Find("toleratedBy"), countMin: 0) ?? NoLabels;
        var hard = fields.Find("hard")?.Flag() ?? true;
        return new TaintRule(name, hosts, toleratedBy, hard, Weight(fields, hard, "hard"));
    });

    /// <summary>A reader of networks, each of which is named once.</summary>
    public static Func<Place, NetworkRule?> Networks()
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        return place => Fields.Read(place, fields =>
        {
            var named = fields.Require("name", "the bridge or libvirt network, as machines name it");
            var name = named?.Text() ?? "";
            if (named is { } there && name.Length > 0)
                Unique(there, name, names);
            else if (named is { Node: DocumentScalar { IsText: true } } empty)
                empty.Fault("is empty; it takes the bridge or libvirt network, as machines name it");
            if (name.Length > Labels.LengthMax)
                named?.Fault($"has {name.Length} characters; at most {Labels.LengthMax} are accepted");
            return new NetworkRule(name, RequirementReader.Read(fields.Find("hosts"), countMin: 0), fields.Find("moves")?.Flag() ?? true);
        });
    }

    private static string Name(Fields fields, Dictionary<string, string> names)
    {
        if (fields.Require("name", "lower-case letters, digits and hyphens") is not { } place || place.Text() is not { } name)
            return "";
        if (!IsName(name))
            place.Fault($"{Place.Quote(name)} is no name: 1 to {RulesDocument.NameLengthMax} lower-case letters, digits and hyphens, a hyphen not first");
        else
            Unique(place, name, names);
        return name;
    }

    private static void Unique(Place place, string name, Dictionary<string, string> names)
    {
        if (!names.TryAdd(name, place.Field))
            place.Fault($"{Place.Quote(name)} is the name of another one ({names[name]}); each is named once");
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= RulesDocument.NameLengthMax && text[0] != '-'
        && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');

    // Who gives a weight to what must be means something else than what is written.
    private static int Weight(Fields fields, bool isMust, string must)
    {
        if (fields.Find("weight") is not { } place || place.Count(1, 100) is not { } weight)
            return WeightUnlessSaid;
        if (isMust && weight != WeightUnlessSaid)
            place.Fault($"means nothing unless {must}: false stands beside it");
        return weight;
    }
}
