using Mesh.Contracts.Policies;
using Mesh.Documents;

namespace Mesh.Policy.Documents;

/// <summary>Reads convergence steps.</summary>
internal static class StepReader
{
    /// <summary>Words of actions that need no value.</summary>
    private static readonly Dictionary<string, PolicyActionKind> Bare = new(StringComparer.Ordinal)
    {
        ["postCopy"] = PolicyActionKind.PostCopy,
        ["suspend"] = PolicyActionKind.Suspend,
        ["abort"] = PolicyActionKind.Abort,
    };

    private const string Actions = "abort, postCopy, suspend, { setDowntime: … }, { setBandwidth: … } or { throttle: … }";

    // Stands where an action could not be read, so that the steps behind keep their numbers.
    private static readonly PolicyAction Unread = new() { Kind = PolicyActionKind.SetDowntime };

    public static IReadOnlyList<PolicyStep> Steps(Place? place) =>
        [.. place?.Items("a list of steps, each with when and do", Bounds.StepsMax).Select(Step) ?? []];

    /// <summary>Actions of the last resort.</summary>
    public static IReadOnlyList<PolicyActionKind> LastResort(Place? place) =>
        [.. place?.Items("a list of postCopy, suspend, abort", Bounds.StepsMax).Select(item => item.OneOf(Bare.Keys)).OfType<string>().Select(word => Bare[word]) ?? []];

    private static PolicyStep Step(Place place) => Fields.Read(place, fields => new PolicyStep(
        Fields.Read(fields.Require("when", "when the step is due, such as { iterationsOver: 2 }"), Trigger) ?? new PolicyTrigger(),
        fields.Require("do", $"what the step does: {Actions}") is { } action ? Action(action) : Unread,
        fields.Find("repeat")?.Flag() ?? false)) ?? new PolicyStep(new PolicyTrigger(), Unread);

    private static PolicyTrigger Trigger(Fields fields)
    {
        var trigger = new PolicyTrigger
        {
            IterationsOver = fields.Find("iterationsOver")?.Whole(0, Bounds.CountMax),
            IterationsWithoutProgress = fields.Find("iterationsWithoutProgress")?.Whole(0, Bounds.CountMax),
            WithoutProgress = fields.Find("withoutProgress")?.Duration(Bounds.Limit),
            Elapsed = fields.Find("elapsed")?.Duration(Bounds.Limit),
            ElapsedPerGiB = fields.Find("elapsedPerGiB")?.Duration(Bounds.Limit),
            LocalMinimum = fields.Find("localMinimum")?.Percent(0, 100),
            PredictedDowntimeAtMost = fields.Find("predictedDowntimeAtMost")?.Duration(Bounds.Downtime),
            PredictedDowntimeOver = fields.Find("predictedDowntimeOver")?.Duration(Bounds.Downtime),
            GrowthsOver = fields.Find("growthsOver")?.Whole(0, Bounds.CountMax),
        };
        var times = fields.Find("times");
        if (times is { } given && !fields.Given.Contains("elapsedPerGiB", StringComparer.Ordinal))
            given.Fault("stands beside elapsedPerGiB only: it says how many times that duration");
        if (!fields.Given.Except(["times"], StringComparer.Ordinal).Any())
            fields.Fault("has no condition; accepted: iterationsOver, iterationsWithoutProgress, withoutProgress, elapsed, elapsedPerGiB, localMinimum, "
                + "predictedDowntimeAtMost, predictedDowntimeOver, growthsOver");
        if (trigger.PredictedDowntimeOver >= trigger.PredictedDowntimeAtMost)
            fields.Fault("can never be due: predictedDowntimeOver must be less than predictedDowntimeAtMost");
        return trigger with { Times = times?.Count(0, (int)Bounds.CountMax) ?? 1 };
    }

    private static PolicyAction Action(Place place) => place.Node switch
    {
        DocumentScalar scalar when IsWithValue(scalar.Text) => Refuse(place, $"{scalar.Text} needs a value: {{ {scalar.Text}: … }}"),
        DocumentScalar scalar when !Bare.ContainsKey(scalar.Text) =>
            Refuse(place, $"{place.Described()} is no action; {(NearNames.Of(scalar.Text, Bare.Keys) is { Count: > 0 } near ? $"did you mean {near[0]}?" : $"accepted: {Actions}")}"),
        DocumentScalar scalar => new PolicyAction { Kind = Bare[scalar.Text] },
        DocumentMap => Fields.Read(place, WithValue) ?? Unread,
        _ => Refuse(place, $"takes one action, not {place.Described()}; accepted: {Actions}"),
    };

    private static PolicyAction WithValue(Fields fields)
    {
        var (downtime, bandwidth, throttle) = (fields.Find("setDowntime"), fields.Find("setBandwidth"), fields.Find("throttle"));
        foreach (var bare in fields.Given.Where(Bare.ContainsKey))
        {
            fields.Find(bare);
            fields.Fault($"{bare} takes no value: write do: {bare}");
        }

        var known = fields.Given.Where(name => IsWithValue(name) || Bare.ContainsKey(name)).ToList();
        if (known.Count > 1)
            fields.Fault($"holds {known.Count} actions ({string.Join(", ", known)}); a step takes one");
        else if (fields.Given.Count == 0)
            fields.Fault($"holds no action; accepted: {Actions}");
        return downtime is { Node: DocumentMap } ? Fields.Read(downtime, Multiplied)!
            : downtime is { } set ? new PolicyAction { Kind = PolicyActionKind.SetDowntime, Downtime = set.Duration(Bounds.Downtime) }
            : throttle is { } slow ? new PolicyAction { Kind = PolicyActionKind.Throttle, Throttle = slow.Percent(1, 99) }
            : bandwidth is { Node: DocumentScalar { Text: "none" } } ? new PolicyAction { Kind = PolicyActionKind.SetBandwidth }
            : bandwidth is { } limit ? new PolicyAction { Kind = PolicyActionKind.SetBandwidth, Bandwidth = limit.Rate(Bounds.Bandwidth) }
            : Unread;
    }

    private static PolicyAction Multiplied(Fields fields) => new()
    {
        Kind = PolicyActionKind.SetDowntime,
        DowntimeFactor = fields.Require("times", "by what the downtime limit is multiplied, more than 1")?.Number(1, Bounds.FactorMax, above: true),
        DowntimeMax = fields.Find("max")?.Duration(Bounds.Downtime),
    };

    private static bool IsWithValue(string name) => name is "setDowntime" or "setBandwidth" or "throttle";

    private static PolicyAction Refuse(Place place, string message)
    {
        place.Fault(message);
        return Unread;
    }
}
