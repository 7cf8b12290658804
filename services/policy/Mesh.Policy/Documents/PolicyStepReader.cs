using Mesh.Contracts.Policies;
using Mesh.Documents;
using Mesh.Hypervisor;
using Mesh.Policy.Model;
using Mesh.Policy.Rules;

namespace Mesh.Policy.Documents;

/// <summary>Reads convergence steps.</summary>
internal static class PolicyStepReader
{
    private static readonly Dictionary<string, PolicyActionKind> ActionsWithoutValue = new(StringComparer.Ordinal)
    {
        ["postCopy"] = PolicyActionKind.PostCopy,
        ["suspend"] = PolicyActionKind.Suspend,
        ["abort"] = PolicyActionKind.Abort,
    };

    private const string Actions = "abort, postCopy, suspend, { setDowntime: … }, { setBandwidth: … } or { throttle: … }";

    // Replaces an action that could not be read, so that the following steps keep their numbers.
    private static readonly PolicyAction Placeholder = new() { Kind = PolicyActionKind.SetDowntime };

    public static IReadOnlyList<PolicyStep> Steps(NodeContext? place) =>
        [.. place?.Items("a list of steps, each with when and do", PolicyBounds.StepsMax).Select(Step) ?? []];

    public static IReadOnlyList<PolicyActionKind> LastResort(NodeContext? place) =>
        [.. place?.Items("a list of postCopy, suspend, abort", PolicyBounds.StepsMax).Select(item => item.ReadOneOf(ActionsWithoutValue.Keys)).OfType<string>().Select(name => ActionsWithoutValue[name]) ?? []];

    private static PolicyStep Step(NodeContext place) => MappingReader.Read(place, fields => new PolicyStep(
        MappingReader.Read(fields.Required("when", "the conditions of the step, such as { iterationsOver: 2 }"), TriggerRules.Read) ?? new PolicyTrigger(),
        fields.Required("do", $"the action the step takes: {Actions}") is { } action ? Action(action) : Placeholder,
        fields.Optional("repeat")?.ReadBoolean() ?? false)) ?? new PolicyStep(new PolicyTrigger(), Placeholder);

    private static PolicyAction Action(NodeContext place) => place.Node switch
    {
        DocumentScalar scalar when IsWithValue(scalar.Text) => Reject(place, $"{scalar.Text} needs a value: {{ {scalar.Text}: … }}"),
        DocumentScalar scalar when !ActionsWithoutValue.ContainsKey(scalar.Text) =>
            Reject(place, $"{place.Describe()} is not an action; {(NameSuggestions.FindNearest(scalar.Text, ActionsWithoutValue.Keys) is { Count: > 0 } near ? $"did you mean {near[0]}?" : $"accepted: {Actions}")}"),
        DocumentScalar scalar => new PolicyAction { Kind = ActionsWithoutValue[scalar.Text] },
        DocumentMap => MappingReader.Read(place, WithValue) ?? Placeholder,
        _ => Reject(place, $"must be a single action, not {place.Describe()}; accepted: {Actions}"),
    };

    private static PolicyAction WithValue(MappingReader fields)
    {
        var (downtime, bandwidth, throttle) = (fields.Optional("setDowntime"), fields.Optional("setBandwidth"), fields.Optional("throttle"));
        foreach (var bare in fields.Names.Where(ActionsWithoutValue.ContainsKey))
        {
            fields.Optional(bare);
            fields.AddError($"{bare} takes no value; write do: {bare}");
        }

        var known = fields.Names.Where(name => IsWithValue(name) || ActionsWithoutValue.ContainsKey(name)).ToList();
        if (known.Count > 1)
            fields.AddError($"has {known.Count} actions ({string.Join(", ", known)}); a step has exactly one");
        else if (fields.Names.Count == 0)
            fields.AddError($"has no action; accepted: {Actions}");
        return downtime is { Node: DocumentMap } ? MappingReader.Read(downtime, Multiplied)!
            : downtime is { } set ? new PolicyAction { Kind = PolicyActionKind.SetDowntime, Downtime = set.ReadDuration(PolicyBounds.Downtime) }
            : throttle is { } slow ? new PolicyAction { Kind = PolicyActionKind.Throttle, Throttle = slow.ReadPercent(QemuAutoConverge.MinPercent, QemuAutoConverge.MaxPercent) }
            : bandwidth is { Node: DocumentScalar { Text: "none" } } ? new PolicyAction { Kind = PolicyActionKind.SetBandwidth }
            : bandwidth is { } limit ? new PolicyAction { Kind = PolicyActionKind.SetBandwidth, Bandwidth = limit.ReadRate(PolicyBounds.Bandwidth) }
            : Placeholder;
    }

    private static PolicyAction Multiplied(MappingReader fields) => new()
    {
        Kind = PolicyActionKind.SetDowntime,
        DowntimeFactor = fields.Required("times", "the factor for the downtime limit, more than 1")?.ReadNumber(1, PolicyBounds.FactorMax, above: true),
        DowntimeMax = fields.Optional("max")?.ReadDuration(PolicyBounds.Downtime),
    };

    private static bool IsWithValue(string name) => name is "setDowntime" or "setBandwidth" or "throttle";

    private static PolicyAction Reject(NodeContext place, string message)
    {
        place.AddError(message);
        return Placeholder;
    }
}
