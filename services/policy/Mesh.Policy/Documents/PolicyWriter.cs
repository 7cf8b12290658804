using System.Globalization;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Documents;
using Mesh.Policy.Model;
using Mesh.Policy.Rules;
using static Mesh.Documents.NodeBuilder;

namespace Mesh.Policy.Documents;

/// <summary>Writes policies as documents, without fields that have their default value.</summary>
internal static class PolicyWriter
{
    public static DocumentMap Write(MigrationPolicy policy) => Map(
        ("name", Text(policy.Name)),
        ("description", Text(policy.Description)),
        ("select", policy.Select is { } labels ? Map(("labels", Map([.. labels.Select(label => (label.Key, (DocumentNode?)Text(label.Value)))]))) : null),
        ("interval", Amount(policy.Interval)),
        ("start", NullIfEmpty(Start(policy.Start))),
        ("steps", List(policy.Steps.Select(Step))),
        ("catchUp", Flag(policy.CatchUp)),
        ("stallDetector", policy.StallDetector is { } detector ? Write(detector, new StallDetector()) : null),
        ("adaptive", policy.Adaptive is { } adaptive ? Write(adaptive, new AdaptiveRule()) : null),
        ("lastResort", List(policy.LastResort.Select(kind => Plain(ActionName(kind))))),
        ("limits", NullIfEmpty(Limits(policy.Limits))),
        ("downtimeBudget", Amount(policy.DowntimeBudget)),
        ("permits", NullIfEmpty(Map(
            ("throttle", Flag(policy.Permits.Throttle)),
            ("postCopy", Flag(policy.Permits.PostCopy)),
            ("suspend", Flag(policy.Permits.Suspend)),
            ("compression", Flag(policy.Permits.Compression))))),
        ("concurrency", NullIfEmpty(Map(
            ("cluster", Number(policy.Concurrency.Cluster)),
            ("outboundPerHost", Number(policy.Concurrency.OutboundPerHost)),
            ("inboundPerHost", Number(policy.Concurrency.InboundPerHost))))));

    private static DocumentMap Start(PolicyStart start) => Map(
        ("maxDowntime", Amount(start.MaxDowntime)),
        ("bandwidth", Amount(start.Bandwidth)),
        ("postCopyBandwidth", Amount(start.PostCopyBandwidth)),
        ("autoConverge", Flag(start.AutoConverge)),
        ("autoConvergeInitial", Amount(start.AutoConvergeInitial)),
        ("autoConvergeIncrement", Amount(start.AutoConvergeIncrement)),
        ("postCopy", Flag(start.PostCopy)),
        ("compression", List(start.Compression.Select(Plain))),
        ("parallelConnections", Number(start.ParallelConnections)));

    private static DocumentMap Limits(PolicyLimits limits) => Map(
        ("progressTimeout", Amount(limits.ProgressTimeout)),
        ("progress", limits.Progress == ProgressMeasure.Remaining ? Plain("remaining") : null),
        ("completionTimeout", Amount(limits.CompletionTimeout)),
        ("completionTimeoutPerGiB", Amount(limits.CompletionTimeoutPerGiB)),
        ("dataSize", NullIfEmpty(Write(limits.DataSize, new DataSizeRule()))),
        ("switchOverDeadline", Amount(limits.SwitchOverDeadline)),
        ("prepareTimeout", Amount(limits.PrepareTimeout)),
        ("stallingLimit", Amount(limits.StallingLimit)));

    private static DocumentMap Write(DataSizeRule rule, DataSizeRule standard) => Map(
        ("unit", rule.Unit == standard.Unit ? null : Plain(Units.Format(rule.Unit))),
        ("roundUp", Flag(rule.RoundUp)),
        ("memoryAtLeast", Number(rule.MemoryAtLeast, 0)),
        ("diskAtLeast", Number(rule.DiskAtLeast, 0)),
        ("sumAtLeast", Number(rule.SumAtLeast, 0)),
        ("wholeSeconds", Flag(rule.WholeSeconds)));

    private static DocumentMap Write(StallDetector detector, StallDetector standard) => Map(
        ("margin", detector.Margin == standard.Margin ? null : Amount(detector.Margin)),
        ("window", detector.Window == standard.Window ? null : Amount(detector.Window)),
        ("patienceFactor", Number(detector.PatienceFactor, standard.PatienceFactor)),
        ("searchLocalMinimum", detector.SearchLocalMinimum ? null : Plain("false")),
        ("bandwidthWeight", Number(detector.BandwidthWeight, standard.BandwidthWeight)),
        ("preCopyFactor", Number(detector.PreCopyFactor, standard.PreCopyFactor)),
        ("completionFactor", Number(detector.CompletionFactor, standard.CompletionFactor)));

    private static DocumentMap Write(AdaptiveRule rule, AdaptiveRule standard) => Map(
        ("minPasses", rule.MinPasses == standard.MinPasses ? null : Number(rule.MinPasses)),
        ("changeInterval", rule.ChangeInterval == standard.ChangeInterval ? null : Amount(rule.ChangeInterval)),
        ("throttleMax", rule.ThrottleMax == standard.ThrottleMax ? null : Amount(rule.ThrottleMax)),
        ("nonConvergenceTimeout", rule.NonConvergenceTimeout == standard.NonConvergenceTimeout ? null : Amount(rule.NonConvergenceTimeout)));

    private static DocumentMap Step(PolicyStep step) => Map(("when", TriggerRules.Write(step.When)), ("do", Action(step.Do)), ("repeat", Flag(step.Repeat)));

    private static DocumentNode Action(PolicyAction action) => action switch
    {
        { Kind: PolicyActionKind.SetDowntime, DowntimeFactor: { } factor } =>
            Map((ActionName(action.Kind), Map(("times", Number(factor, 1)), ("max", Amount(action.DowntimeMax))))),
        { Kind: PolicyActionKind.SetDowntime } => Map((ActionName(action.Kind), Amount(action.Downtime))),
        { Kind: PolicyActionKind.SetBandwidth } => Map((ActionName(action.Kind), Amount(action.Bandwidth) ?? Plain("none"))),
        { Kind: PolicyActionKind.Throttle } => Map((ActionName(action.Kind), Amount(action.Throttle))),
        _ => Plain(ActionName(action.Kind)),
    };

    private static string ActionName(PolicyActionKind kind) => kind switch
    {
        PolicyActionKind.SetDowntime => "setDowntime",
        PolicyActionKind.SetBandwidth => "setBandwidth",
        PolicyActionKind.Throttle => "throttle",
        PolicyActionKind.PostCopy => "postCopy",
        PolicyActionKind.Suspend => "suspend",
        _ => "abort",
    };

    private static DocumentScalar? Number(long? number) => number is { } given ? ValueForms.Write(given) : null;

    private static DocumentScalar? Number(double number, double standard) =>
        number.Equals(standard) ? null : Plain(number.ToString("R", CultureInfo.InvariantCulture));

    private static DocumentScalar? Amount(TimeSpan? duration) => duration is { } given ? ValueForms.Write(given) : null;

    private static DocumentScalar? Amount(BytesPerSecond? rate) => rate is { } given ? ValueForms.Write(given) : null;

    private static DocumentScalar? Amount(Percent? percent) => percent is { } given ? ValueForms.Write(given) : null;
}
