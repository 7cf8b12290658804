using System.CommandLine;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Cli.Commands;

/// <summary>The options of <c>mesh migrate</c> that <c>virsh migrate</c> has too, by the same names.</summary>
internal sealed class MigrateOptions
{
    private readonly Option<bool> _live = Flag("--live", "Live migration. The default, unlike virsh.");
    private readonly Option<bool> _noLive = Flag("--no-live", "Pause the VM first, like virsh migrate without --live.");
    private readonly Option<bool> _autoConverge = Flag("--auto-converge", "Throttle the vCPUs if the dirty rate is too high.");
    private readonly Option<Percent?> _autoConvergeInitial = Make(
        "--auto-converge-initial", "%", $"Initial vCPU throttle of auto-converge. Default: QEMU's {QemuAutoConverge.InitialPercent}.", OptionParsers.Percent);
    private readonly Option<Percent?> _autoConvergeIncrement = Make(
        "--auto-converge-increment", "%", $"Throttle increment of auto-converge. Default: QEMU's {QemuAutoConverge.IncrementPercent}.", OptionParsers.Percent);
    private readonly Option<bool> _compressed = Flag("--compressed", $"Compress memory, with {CompressionMethods.SingleStream[0]} by default (see --comp-methods).");
    private readonly Option<IReadOnlyList<string>> _compMethods = Make(
        "--comp-methods", "METHOD,...", $"Compression methods: {string.Join(", ", CompressionMethods.All)}. Requires --compressed.", name => OptionParsers.List(name, "methods"));
    private readonly Option<bool> _parallel = Flag("--parallel", "Use parallel connections, two by default (see --parallel-connections).");
    private readonly Option<int?> _parallelConnections = Make(
        "--parallel-connections", "N", $"Number of parallel connections, 1 to {LibvirtLimits.ParallelConnectionsMax}. Requires --parallel.",
        name => OptionParsers.Count(name, "connections", 1, LibvirtLimits.ParallelConnectionsMax));
    private readonly Option<bool> _postCopy = Flag("--postcopy", "Arm post-copy.");
    private readonly Option<BytesPerSecond?> _postCopyBandwidth = Make(
        "--postcopy-bandwidth", "MiB/s", "Post-copy bandwidth limit.", OptionParsers.MebibytesPerSecond);
    private readonly Option<BytesPerSecond?> _bandwidth = Make("--bandwidth", "MiB/s", "Pre-copy bandwidth limit.", OptionParsers.MebibytesPerSecond);
    private readonly Option<TimeSpan?> _timeout = Make(
        "--timeout", "SECONDS", "Apply the timeout action after this time.", name => OptionParsers.Seconds(name, 1));
    private readonly Option<bool> _timeoutSuspend = Flag("--timeout-suspend", "Timeout action: suspend the VM while the migration continues. The default.");
    private readonly Option<bool> _timeoutPostCopy = Flag("--timeout-postcopy", "Timeout action: switch to post-copy. Requires --postcopy.");
    private readonly Option<bool> _timeoutAbort = Flag("--timeout-abort", "Timeout action: abort; the VM keeps running on the source.");
    private readonly Option<bool> _persistent = Flag("--persistent", "Make the VM persistent on the destination.");
    private readonly Option<bool> _undefineSource = Flag("--undefinesource", "Undefine the VM on the source after success.");
    private readonly Option<bool> _copyStorageAll = Flag("--copy-storage-all", "Also copy disks, in full.");
    private readonly Option<bool> _copyStorageInc = Flag("--copy-storage-inc", "Also copy disks, without backing images that exist on the destination.");
    private readonly Option<IReadOnlyList<string>> _migrateDisks = Make(
        "--migrate-disks", "TARGET,...", "Disks to copy, such as vda,vdb. Default: all writable disks that are not shared.", name => OptionParsers.List(name, "targets"));
    private readonly Option<TimeSpan?> _maxDowntime = Make(
        "--max-downtime", "MILLISECONDS", $"Maximum tolerated downtime. Default: QEMU's {QemuLimits.DefaultMaxDowntime.TotalMilliseconds:0}.", OptionParsers.Downtime);
    private readonly Option<TimeSpan?> _keepAliveInterval = Make(
        "--keepalive-interval", "SECONDS", "Interval of keepalive probes of the agent's libvirt connection; 0 to disable.", name => OptionParsers.Seconds(name, 0));
    private readonly Option<int?> _keepAliveCount = Make(
        "--keepalive-count", "N", "Number of unanswered probes after which that connection is closed.", name => OptionParsers.Count(name, "probes", 1, int.MaxValue));
    private readonly Option<bool> _tls = Flag("--tls", "Encrypt the migration with TLS.");
    private readonly Option<string> _migrateUri = new("--migrateuri") { HelpName = "URI", Description = "URI for the migration's data, such as tcp://10.0.0.2." };
    private readonly Option<bool> _unsafe = Flag("--unsafe", "Migrate even if libvirt considers the disks' cache mode unsafe.");

    public MigrateOptions(Command command)
    {
        foreach (var option in All())
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            bool Has(Option option) => result.GetResult(option) is { Implicit: false };
            foreach (var group in (Option[][])[[_live, _noLive], [_copyStorageAll, _copyStorageInc], [_timeoutSuspend, _timeoutPostCopy, _timeoutAbort]])
                if (group.Where(Has).ToList() is { Count: > 1 } given)
                    result.AddError($"{string.Join(" and ", given.Select(option => option.Name))} are mutually exclusive");
            foreach (var (option, needed) in Requirements())
                if (Has(option) && !Has(needed))
                    result.AddError($"{option.Name} requires {needed.Name}");
        });
    }

    public MigrationOptions Read(ParseResult parsed) => new()
    {
        Live = !parsed.GetValue(_noLive),
        AutoConverge = parsed.GetValue(_autoConverge),
        AutoConvergeInitial = parsed.GetValue(_autoConvergeInitial),
        AutoConvergeIncrement = parsed.GetValue(_autoConvergeIncrement),
        Compression = !parsed.GetValue(_compressed) ? [] : parsed.GetValue(_compMethods) is { Count: > 0 } methods ? methods : CompressionMethods.SingleStream,
        ParallelConnections = parsed.GetValue(_parallel) ? parsed.GetValue(_parallelConnections) ?? 2 : null,
        PostCopy = parsed.GetValue(_postCopy),
        PostCopyBandwidth = parsed.GetValue(_postCopyBandwidth),
        Bandwidth = parsed.GetValue(_bandwidth),
        Timeout = parsed.GetValue(_timeout),
        TimeoutAction = parsed.GetValue(_timeoutPostCopy) ? TimeoutAction.PostCopy
            : parsed.GetValue(_timeoutAbort) ? TimeoutAction.Abort : TimeoutAction.Suspend,
        Persistent = parsed.GetValue(_persistent),
        UndefineSource = parsed.GetValue(_undefineSource),
        CopyStorage = parsed.GetValue(_copyStorageAll) ? CopyStorage.All
            : parsed.GetValue(_copyStorageInc) ? CopyStorage.Incremental : CopyStorage.None,
        MigrateDisks = parsed.GetValue(_migrateDisks) ?? [],
        MaxDowntime = parsed.GetValue(_maxDowntime),
        KeepAliveInterval = parsed.GetValue(_keepAliveInterval),
        KeepAliveCount = parsed.GetValue(_keepAliveCount),
        Tls = parsed.GetValue(_tls),
        MigrationUri = parsed.GetValue(_migrateUri),
        Unsafe = parsed.GetValue(_unsafe),
    };

    // Rules of the command line only. The mesh validates everything else, for all clients alike.
    private IEnumerable<(Option Option, Option Needed)> Requirements() =>
    [
        (_compMethods, _compressed), (_parallelConnections, _parallel),
        (_timeoutSuspend, _timeout), (_timeoutPostCopy, _timeout), (_timeoutAbort, _timeout),
    ];

    private IEnumerable<Option> All() =>
    [
        _live, _noLive, _autoConverge, _autoConvergeInitial, _autoConvergeIncrement, _compressed, _compMethods, _parallel,
        _parallelConnections, _postCopy, _postCopyBandwidth, _bandwidth, _timeout, _timeoutSuspend, _timeoutPostCopy, _timeoutAbort,
        _persistent, _undefineSource, _copyStorageAll, _copyStorageInc, _migrateDisks, _maxDowntime, _keepAliveInterval,
        _keepAliveCount, _tls, _migrateUri, _unsafe,
    ];

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    private static Option<T> Make<T>(
        string name, string helpName, string description, Func<string, Func<System.CommandLine.Parsing.ArgumentResult, T>> parser) =>
        new(name) { Description = description, HelpName = helpName, CustomParser = parser(name) };
}
