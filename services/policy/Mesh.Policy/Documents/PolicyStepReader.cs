using Mesh.Contracts.Policies;
using Mesh.Documents;
using Mesh.Hypervisor;

namespace Mesh.Policy.Documents;

/// <summary>Reads convergence steps.</summary>
internal static class PolicyStepReader
{
    /// <summary>Words of actions that need no value.</summary>
    private static readonly Dictionary<string, PolicyActionKind> ActionsWithoutValue = new(StringComparer.Ordinal)
    {
        ["postCopy"] = PolicyActionKind.PostCopy,
        ["suspend"] = PolicyActionKind.Suspend,
        ["abort"] = PolicyActionKind.Abort,
    };

    private const string Actions = "abort, postCopy, suspend, { setDowntime: … }, { setBandwidth: … } or { throttle: … }";

    // Stands where an action could not be read, so that the steps behind keep their numbers.
    private static readonly PolicyAction Placeholder = new() { Kind = PolicyActionKind.SetDowntime };

    public static IReadOnlyList<PolicyStep> Steps(NodeContext? place) =>
        [.. place?.Items("a list of steps, each with when and do", PolicyBounds.StepsMax).Select(Step) ?? []];

    /// <summary>Actions of the last resort.</summary>
    public static IReadOnlyList<PolicyActionKind> LastResort(NodeContext? place) =>
        [.. place?.Items("a list of postCopy, suspend, abort", PolicyBounds.StepsMax).Select(item => item.ReadOneOf(ActionsWithoutValue.Keys)).OfType<string>().Select(word => ActionsWithoutValue[word]) ?? []];

    private static PolicyStep Step(NodeContext place) => MappingReader.Read(place, fields => new PolicyStep(
        MappingReader.Read(fields.Required("when", "when the step is due, such as { iterationsOver: 2 }"), Trigger) ?? new PolicyTrigger(),
        fields.Required("do", $"what the step does: {Actions}") is { } action ? Action(action) : Placeholder,
        fields.Optional("repeat")?.ReadBoolean() ?? false)) ?? new PolicyStep(new PolicyTrigger(), Placeholder);

    private static PolicyTrigger Trigger(MappingReader fields)
    {
        var trigger = new PolicyTrigger
        {
            IterationsOver = fields.Optional("iterationsOver")?.ReadInteger(0, PolicyBounds.CountMax),
            IterationsWithoutProgress = fields.Optional("iterationsWithoutProgress")?.ReadInteger(0, PolicyBounds.CountMax),
            WithoutProgress = fields.Optional("withoutProgress")?.ReadDuration(PolicyBounds.Limit),
            Elapsed = fields.Optional("elapsed")?.ReadDuration(PolicyBounds.Limit),
            ElapsedPerGiB = fields.Optional("elapsedPerGiB")?.ReadDuration(PolicyBounds.Limit),
            LocalMinimum = fields.Optional("localMinimum")?.ReadPercent(0, 100),
            PredictedDowntimeAtMost = fields.Optional("predictedDowntimeAtMost")?.ReadDuration(PolicyBounds.Downtime),
            PredictedDowntimeOver = fields.Optional("predictedDowntimeOver")?.ReadDuration(PolicyBounds.Downtime),
            GrowthsOver = fields.Optional("growthsOver")?.ReadInteger(0, PolicyBounds.CountMax),
        };
        var times = fields.Optional("times");
        if (times is { } given && !fields.Names.Contains("elapsedPerGiB", StringComparer.Ordinal))
            given.AddError("stands beside elapsedPerGiB only: it says how many times that duration");
        if (!fields.Names.Except(["times"], StringComparer.Ordinal).Any())
            fields.AddError("has no condition; accepted: iterationsOver, iterationsWithoutProgress, withoutProgress, elapsed, elapsedPerGiB, localMinimum, "
                + "predictedDowntimeAtMost, predictedDowntimeOver, growthsOver");
        if (trigger.PredictedDowntimeOver >= trigger.PredictedDowntimeAtMost)
            fields.AddError("can never be due: predictedDowntimeOver must be less than predictedDowntimeAtMost");
        return trigger with { Times = times?.ReadCount(0, (int)PolicyBounds.CountMax) ?? 1 };
    }

    private static PolicyAction Action(NodeContext place) => place.Node switch
    {
        DocumentScalar scalar when IsWithValue(scalar.Text) => Refuse(place, $"{scalar.Text} needs a value: {{ {scalar.Text}: … }}"),
        DocumentScalar scalar when !ActionsWithoutValue.ContainsKey(scalar.Text) =>
            Refuse(place, $"{place.Describe()} is no action; {(NameSuggestions.FindNearest(scalar.Text, ActionsWithoutValue.Keys) is { Count: > 0 } near ? $"did you mean {near[0]}?" : $"accepted: {Actions}")}"),
        DocumentScalar scalar => new PolicyAction { Kind = ActionsWithoutValue[scalar.Text] },
        DocumentMap => MappingReader.Read(place, WithValue) ?? Placeholder,
        _ => Refuse(place, $"takes one action, not {place.Describe()}; accepted: {Actions}"),
    };

    private static PolicyAction WithValue(MappingReader fields)
    {
        var (downtime, bandwidth, throttle) = (fields.Optional("setDowntime"), fields.Optional("setBandwidth"), fields.Optional("throttle"));
        foreach (var bare in fields.Names.Where(ActionsWithoutValue.ContainsKey))
        {
            fields.Optional(bare);
            fields.AddError($"{bare} takes no value: write do: {bare}");
        }

        var known = fields.Names.Where(name => IsWithValue(name) || ActionsWithoutValue.ContainsKey(name)).ToList();
        if (known.Count > 1)
            fields.AddError($"holds {known.Count} actions ({string.Join(", ", known)}); a step takes one");
        else if (fields.Names.Count == 0)
            fields.AddError($"holds no action; accepted: {Actions}");
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
        DowntimeFactor = fields.Required("times", "by what the downtime limit is multiplied, more than 1")?.ReadNumber(1, PolicyBounds.FactorMax, above: true),
        DowntimeMax = fields.Optional("max")?.ReadDuration(PolicyBounds.Downtime),
    };

    private static bool IsWithValue(string name) => name is "setDowntime" or "setBandwidth" or "throttle";

    private static PolicyAction Refuse(NodeContext place, string message)
    {
        place.AddError(message);
        return Placeholder;
    }
}
