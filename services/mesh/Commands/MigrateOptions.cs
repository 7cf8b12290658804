using System.CommandLine;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Cli.Commands;

/// <summary>The options of <c>mesh migrate</c> that say how to move, by the names that <c>virsh migrate</c> gives them.</summary>
internal sealed class MigrateOptions
{
    private readonly Option<bool> _live = Flag("--live", "Keep the machine running while it is copied. This is the default; virsh's is --no-live.");
    private readonly Option<bool> _noLive = Flag("--no-live", "Pause the machine first, as virsh migrate does without --live.");
    private readonly Option<bool> _autoConverge = Flag("--auto-converge", "Slow the machine's processors down when it writes faster than it is copied.");
    private readonly Option<Percent?> _autoConvergeInitial = Make("--auto-converge-initial", "%", "First step of auto-converge. Default: QEMU's 20.", OptionParsers.Percent);
    private readonly Option<Percent?> _autoConvergeIncrement = Make("--auto-converge-increment", "%", "Every further step of auto-converge. Default: QEMU's 10.", OptionParsers.Percent);
    private readonly Option<bool> _compressed = Flag("--compressed", "Compress memory on the wire, with xbzrle unless --comp-methods says otherwise.");
    private readonly Option<IReadOnlyList<string>> _compMethods = Make("--comp-methods", "METHOD,...", "How to compress: xbzrle, zlib, zstd. Needs --compressed.", name => OptionParsers.List(name, "methods"));
    private readonly Option<bool> _parallel = Flag("--parallel", "Copy over parallel connections, two unless --parallel-connections says otherwise.");
    private readonly Option<int?> _parallelConnections = Make("--parallel-connections", "N", "How many parallel connections, 1 to 255. Needs --parallel.", name => OptionParsers.Count(name, "connections", 1, 255));
    private readonly Option<bool> _postCopy = Flag("--postcopy", "Allow a change over to post-copy.");
    private readonly Option<BytesPerSecond?> _postCopyBandwidth = Make("--postcopy-bandwidth", "MiB/s", "Limit of post-copy's data rate.", OptionParsers.MebibytesPerSecond);
    private readonly Option<BytesPerSecond?> _bandwidth = Make("--bandwidth", "MiB/s", "Limit of pre-copy's data rate.", OptionParsers.MebibytesPerSecond);
    private readonly Option<TimeSpan?> _timeout = Make("--timeout", "SECONDS", "After this time take the timeout's action.", name => OptionParsers.Seconds(name, 1));
    private readonly Option<bool> _timeoutSuspend = Flag("--timeout-suspend", "At the timeout suspend the machine while the migration goes on. The default.");
    private readonly Option<bool> _timeoutPostCopy = Flag("--timeout-postcopy", "At the timeout change over to post-copy. Needs --postcopy.");
    private readonly Option<bool> _timeoutAbort = Flag("--timeout-abort", "At the timeout abort; the machine goes on running on the source.");
    private readonly Option<bool> _persistent = Flag("--persistent", "Keep the machine's definition on the destination.");
    private readonly Option<bool> _undefineSource = Flag("--undefinesource", "Remove the machine's definition from the source after success.");
    private readonly Option<bool> _copyStorageAll = Flag("--copy-storage-all", "Copy disks too, the whole of each.");
    private readonly Option<bool> _copyStorageInc = Flag("--copy-storage-inc", "Copy disks too, without the backing images that the destination has already.");
    private readonly Option<IReadOnlyList<string>> _migrateDisks = Make("--migrate-disks", "TARGET,...", "Which disks to copy, such as vda,vdb. Default: every writable one that is not shared.", name => OptionParsers.List(name, "targets"));
    private readonly Option<TimeSpan?> _maxDowntime = Make("--max-downtime", "MILLISECONDS", "Downtime that QEMU may plan for at the switch-over. Default: QEMU's 300.", name => OptionParsers.Milliseconds(name, 1, 2_000_000));
    private readonly Option<TimeSpan?> _keepAliveInterval = Make("--keepalive-interval", "SECONDS", "Time between keepalive probes of the agent's libvirt connection; 0 for none.", name => OptionParsers.Seconds(name, 0));
    private readonly Option<int?> _keepAliveCount = Make("--keepalive-count", "N", "Unanswered probes after which that connection counts as broken.", name => OptionParsers.Count(name, "probes", 1, int.MaxValue));
    private readonly Option<bool> _tls = Flag("--tls", "Encrypt the migration's data.");
    private readonly Option<string> _migrateUri = new("--migrateuri") { HelpName = "URI", Description = "Address for the migration's data, such as tcp://10.0.0.2." };
    private readonly Option<bool> _unsafe = Flag("--unsafe", "Move although libvirt finds the disks' caching unsafe.");

    public MigrateOptions(Command command)
    {
        foreach (var option in All())
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            bool Has(Option option) => result.GetResult(option) is { Implicit: false };
            foreach (var group in (Option[][])[[_live, _noLive], [_copyStorageAll, _copyStorageInc], [_timeoutSuspend, _timeoutPostCopy, _timeoutAbort]])
                if (group.Where(Has).ToList() is { Count: > 1 } given)
                    result.AddError($"{string.Join(" and ", given.Select(option => option.Name))} exclude each other");
            foreach (var (option, needed) in Needs())
                if (Has(option) && !Has(needed))
                    result.AddError($"{option.Name} needs {needed.Name}");
        });
    }

    public MigrationOptions Read(ParseResult parsed) => new()
    {
        Live = !parsed.GetValue(_noLive),
        AutoConverge = parsed.GetValue(_autoConverge),
        AutoConvergeInitial = parsed.GetValue(_autoConvergeInitial),
        AutoConvergeIncrement = parsed.GetValue(_autoConvergeIncrement),
        Compression = !parsed.GetValue(_compressed) ? [] : parsed.GetValue(_compMethods) is { Count: > 0 } methods ? methods : ["xbzrle"],
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

    // What only the command line can get wrong. Everything else is judged by the mesh, for all who ask it alike.
    private IEnumerable<(Option Option, Option Needed)> Needs() =>
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
