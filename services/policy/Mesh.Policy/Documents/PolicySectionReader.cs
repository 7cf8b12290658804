using Mesh.Contracts.Policies;
using Mesh.Documents;
using Mesh.Hypervisor;
using Mesh.Policy.Model;

namespace Mesh.Policy.Documents;

/// <summary>Reads the sections of a policy; omitted fields have their default.</summary>
internal static class PolicySectionReader
{
    private static readonly Dictionary<string, ProgressMeasure> Measures = new(StringComparer.Ordinal)
    {
        ["remainingOrTransferred"] = ProgressMeasure.RemainingOrTransferred,
        ["remaining"] = ProgressMeasure.Remaining,
    };

    public static PolicyStart Start(NodeContext? place) => MappingReader.Read(place, fields => new PolicyStart
    {
        MaxDowntime = fields.Optional("maxDowntime")?.ReadDuration(PolicyBounds.Downtime),
        Bandwidth = fields.Optional("bandwidth")?.ReadRate(PolicyBounds.Bandwidth),
        PostCopyBandwidth = fields.Optional("postCopyBandwidth")?.ReadRate(PolicyBounds.Bandwidth),
        AutoConverge = fields.Optional("autoConverge")?.ReadBoolean() ?? false,
        AutoConvergeInitial = fields.Optional("autoConvergeInitial")?.ReadPercent(QemuAutoConverge.MinPercent, QemuAutoConverge.MaxPercent),
        AutoConvergeIncrement = fields.Optional("autoConvergeIncrement")?.ReadPercent(QemuAutoConverge.MinPercent, QemuAutoConverge.MaxPercent),
        PostCopy = fields.Optional("postCopy")?.ReadBoolean() ?? false,
        Compression = [.. fields.Optional("compression")?.Items($"a list of {string.Join(", ", CompressionMethods.All)}", CompressionMethods.All.Count).Select(item => item.ReadOneOf(CompressionMethods.All)).OfType<string>() ?? []],
        ParallelConnections = fields.Optional("parallelConnections")?.ReadCount(1, PolicyBounds.ParallelConnectionsMax),
    }) ?? new PolicyStart();

    public static PolicyLimits Limits(NodeContext? place) => MappingReader.Read(place, fields => new PolicyLimits
    {
        ProgressTimeout = fields.Optional("progressTimeout")?.ReadDuration(PolicyBounds.Limit),
        Progress = fields.Optional("progress")?.ReadOneOf(Measures.Keys) is { } measure ? Measures[measure] : ProgressMeasure.RemainingOrTransferred,
        CompletionTimeout = fields.Optional("completionTimeout")?.ReadDuration(PolicyBounds.Limit),
        CompletionTimeoutPerGiB = fields.Optional("completionTimeoutPerGiB")?.ReadDuration(PolicyBounds.Limit),
        DataSize = DataSize(fields.Optional("dataSize")),
        SwitchOverDeadline = fields.Optional("switchOverDeadline")?.ReadDuration(PolicyBounds.Limit),
        PrepareTimeout = fields.Optional("prepareTimeout")?.ReadDuration(PolicyBounds.Limit),
        StallingLimit = fields.Optional("stallingLimit")?.ReadDuration(PolicyBounds.Limit),
    }) ?? new PolicyLimits();

    public static PolicyPermissions Permits(NodeContext? place) => MappingReader.Read(place, fields => new PolicyPermissions
    {
        Throttle = fields.Optional("throttle")?.ReadBoolean() ?? false,
        PostCopy = fields.Optional("postCopy")?.ReadBoolean() ?? false,
        Suspend = fields.Optional("suspend")?.ReadBoolean() ?? false,
        Compression = fields.Optional("compression")?.ReadBoolean() ?? false,
    }) ?? new PolicyPermissions();

    public static PolicyConcurrency Concurrency(NodeContext? place) => MappingReader.Read(place, fields => new PolicyConcurrency
    {
        Cluster = fields.Optional("cluster")?.ReadCount(1, PolicyBounds.MigrationsMax),
        OutboundPerHost = fields.Optional("outboundPerHost")?.ReadCount(1, PolicyBounds.MigrationsMax),
        InboundPerHost = fields.Optional("inboundPerHost")?.ReadCount(1, PolicyBounds.MigrationsMax),
    }) ?? new PolicyConcurrency();

    public static StallDetector? StallDetector(NodeContext? place)
    {
        var standard = new StallDetector();
        return MappingReader.Read(place, fields => new StallDetector
        {
            Margin = fields.Optional("margin")?.ReadPercent(0, 100) ?? standard.Margin,
            Window = fields.Optional("window")?.ReadDuration(PolicyBounds.Limit) ?? standard.Window,
            PatienceFactor = fields.Optional("patienceFactor")?.ReadNumber(0, 1, above: true) ?? standard.PatienceFactor,
            SearchLocalMinimum = fields.Optional("searchLocalMinimum")?.ReadBoolean() ?? standard.SearchLocalMinimum,
            BandwidthWeight = fields.Optional("bandwidthWeight")?.ReadNumber(0, 1, above: true) ?? standard.BandwidthWeight,
            PreCopyFactor = fields.Optional("preCopyFactor")?.ReadNumber(1, PolicyBounds.FactorMax) ?? standard.PreCopyFactor,
            CompletionFactor = fields.Optional("completionFactor")?.ReadNumber(1, PolicyBounds.FactorMax) ?? standard.CompletionFactor,
        });
    }

    public static AdaptiveRule? Adaptive(NodeContext? place)
    {
        var standard = new AdaptiveRule();
        return MappingReader.Read(place, fields => new AdaptiveRule
        {
            MinPasses = fields.Optional("minPasses")?.ReadCount(2, (int)PolicyBounds.CountMax) ?? standard.MinPasses,
            ChangeInterval = fields.Optional("changeInterval")?.ReadDuration(PolicyBounds.Limit) ?? standard.ChangeInterval,
            ThrottleMax = fields.Optional("throttleMax")?.ReadPercent(QemuAutoConverge.MinPercent, QemuAutoConverge.MaxPercent) ?? standard.ThrottleMax,
            NonConvergenceTimeout = fields.Optional("nonConvergenceTimeout")?.ReadDuration(PolicyBounds.Limit) ?? standard.NonConvergenceTimeout,
        });
    }

    /// <summary>Labels that a VM must have; null if the policy is never selected by labels.</summary>
    public static IReadOnlyDictionary<string, string>? Select(NodeContext? place) =>
        MappingReader.Read(place, fields => LabelReader.Read(fields.Required("labels", "the labels that a VM must have, such as { tier: gold }"), countMin: 1));

    private static DataSizeRule DataSize(NodeContext? place)
    {
        var standard = new DataSizeRule();
        return MappingReader.Read(place, fields => new DataSizeRule
        {
            Unit = fields.Optional("unit")?.ReadSize(PolicyBounds.DataUnit) ?? standard.Unit,
            RoundUp = fields.Optional("roundUp")?.ReadBoolean() ?? false,
            MemoryAtLeast = fields.Optional("memoryAtLeast")?.ReadNumber(0, PolicyBounds.DataUnitsMax) ?? 0,
            DiskAtLeast = fields.Optional("diskAtLeast")?.ReadNumber(0, PolicyBounds.DataUnitsMax) ?? 0,
            SumAtLeast = fields.Optional("sumAtLeast")?.ReadNumber(0, PolicyBounds.DataUnitsMax) ?? 0,
            WholeSeconds = fields.Optional("wholeSeconds")?.ReadBoolean() ?? false,
        }) ?? standard;
    }
}
