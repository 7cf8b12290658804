using Mesh.Contracts.Policies;
using Mesh.Documents;

namespace Mesh.Policy.Documents;

/// <summary>Reads the parts of a policy that are mappings of their own; what is left out has its default.</summary>
internal static class PartReader
{
    private static readonly string[] CompressionMethods = ["xbzrle", "zlib", "zstd"];

    private static readonly Dictionary<string, ProgressMeasure> Measures = new(StringComparer.Ordinal)
    {
        ["anything"] = ProgressMeasure.Anything,
        ["remaining"] = ProgressMeasure.Remaining,
    };

    public static PolicyStart Start(Place? place) => Fields.Read(place, fields => new PolicyStart
    {
        MaxDowntime = fields.Find("maxDowntime")?.Duration(Bounds.Downtime),
        Bandwidth = fields.Find("bandwidth")?.Rate(Bounds.Bandwidth),
        PostCopyBandwidth = fields.Find("postCopyBandwidth")?.Rate(Bounds.Bandwidth),
        AutoConverge = fields.Find("autoConverge")?.Flag() ?? false,
        AutoConvergeInitial = fields.Find("autoConvergeInitial")?.Percent(1, 99),
        AutoConvergeIncrement = fields.Find("autoConvergeIncrement")?.Percent(1, 99),
        PostCopy = fields.Find("postCopy")?.Flag() ?? false,
        Compression = [.. fields.Find("compression")?.Items("a list of xbzrle, zlib, zstd", 3).Select(item => item.OneOf(CompressionMethods)).OfType<string>() ?? []],
        ParallelConnections = fields.Find("parallelConnections")?.Count(1, Bounds.ParallelConnectionsMax),
    }) ?? new PolicyStart();

    public static PolicyLimits Limits(Place? place) => Fields.Read(place, fields => new PolicyLimits
    {
        ProgressTimeout = fields.Find("progressTimeout")?.Duration(Bounds.Limit),
        Progress = fields.Find("progress")?.OneOf(Measures.Keys) is { } measure ? Measures[measure] : ProgressMeasure.Anything,
        CompletionTimeout = fields.Find("completionTimeout")?.Duration(Bounds.Limit),
        CompletionTimeoutPerGiB = fields.Find("completionTimeoutPerGiB")?.Duration(Bounds.Limit),
        DataSize = DataSize(fields.Find("dataSize")),
        SwitchOverDeadline = fields.Find("switchOverDeadline")?.Duration(Bounds.Limit),
        PrepareTimeout = fields.Find("prepareTimeout")?.Duration(Bounds.Limit),
        StallingLimit = fields.Find("stallingLimit")?.Duration(Bounds.Limit),
    }) ?? new PolicyLimits();

    public static PolicyPermissions Permits(Place? place) => Fields.Read(place, fields => new PolicyPermissions
    {
        Throttle = fields.Find("throttle")?.Flag() ?? false,
        PostCopy = fields.Find("postCopy")?.Flag() ?? false,
        Pause = fields.Find("pause")?.Flag() ?? false,
        Compression = fields.Find("compression")?.Flag() ?? false,
    }) ?? new PolicyPermissions();

    public static PolicyConcurrency Concurrency(Place? place) => Fields.Read(place, fields => new PolicyConcurrency
    {
        Cluster = fields.Find("cluster")?.Count(1, Bounds.MigrationsMax),
        OutboundPerHost = fields.Find("outboundPerHost")?.Count(1, Bounds.MigrationsMax),
        InboundPerHost = fields.Find("inboundPerHost")?.Count(1, Bounds.MigrationsMax),
    }) ?? new PolicyConcurrency();

    public static StallDetector? StallDetector(Place? place)
    {
        var standard = new StallDetector();
        return Fields.Read(place, fields => new StallDetector
        {
            Margin = fields.Find("margin")?.Percent(0, 100) ?? standard.Margin,
            Window = fields.Find("window")?.Duration(Bounds.Limit) ?? standard.Window,
            PatienceFactor = fields.Find("patienceFactor")?.Number(0, 1, above: true) ?? standard.PatienceFactor,
            SearchLocalMinimum = fields.Find("searchLocalMinimum")?.Flag() ?? standard.SearchLocalMinimum,
            BandwidthWeight = fields.Find("bandwidthWeight")?.Number(0, 1, above: true) ?? standard.BandwidthWeight,
            PreCopyFactor = fields.Find("preCopyFactor")?.Number(1, Bounds.FactorMax) ?? standard.PreCopyFactor,
            CompletionFactor = fields.Find("completionFactor")?.Number(1, Bounds.FactorMax) ?? standard.CompletionFactor,
        });
    }

    public static AdaptiveRule? Adaptive(Place? place)
    {
        var standard = new AdaptiveRule();
        return Fields.Read(place, fields => new AdaptiveRule
        {
            PassesBefore = fields.Find("passesBefore")?.Count(2, (int)Bounds.CountMax) ?? standard.PassesBefore,
            Pause = fields.Find("pause")?.Duration(Bounds.Limit) ?? standard.Pause,
            ThrottleMax = fields.Find("throttleMax")?.Percent(1, 99) ?? standard.ThrottleMax,
            HopelessFor = fields.Find("hopelessFor")?.Duration(Bounds.Limit) ?? standard.HopelessFor,
        });
    }

    /// <summary>Labels that a machine must bear; null if the policy is never selected by labels.</summary>
    public static IReadOnlyDictionary<string, string>? Select(Place? place) =>
        Fields.Read(place, fields => Labels.Read(fields.Require("labels", "the labels that a machine must bear, such as { tier: gold }"), countMin: 1));

    private static DataSizeRule DataSize(Place? place)
    {
        var standard = new DataSizeRule();
        return Fields.Read(place, fields => new DataSizeRule
        {
            Unit = fields.Find("unit")?.Size(Bounds.DataUnit) ?? standard.Unit,
            RoundUp = fields.Find("roundUp")?.Flag() ?? false,
            MemoryAtLeast = fields.Find("memoryAtLeast")?.Number(0, Bounds.DataUnitsMax) ?? 0,
            DiskAtLeast = fields.Find("diskAtLeast")?.Number(0, Bounds.DataUnitsMax) ?? 0,
            SumAtLeast = fields.Find("sumAtLeast")?.Number(0, Bounds.DataUnitsMax) ?? 0,
            WholeSeconds = fields.Find("wholeSeconds")?.Flag() ?? false,
        }) ?? standard;
    }
}
