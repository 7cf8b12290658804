using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Core;
using Mesh.Hosting.Background;
using Mesh.Migrations.Host.Store;

namespace Mesh.Migrations.Host.Hosts;

/// <summary>Stores what is wrong with the messages of hosts whenever that changes, and logs what is over.</summary>
internal sealed partial class HostProblemRecorder(HostRegistry hosts, HostProblemStore store, TimeProvider time, ILogger<HostProblemRecorder> log)
    : BackgroundLoop("Recording of host problems", new ExponentialBackoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)), time, log)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // Of an earlier process nothing is known but that its problems may be over.
    private IReadOnlyList<(HostName Host, HostProblem Problem)>? _stored;

    protected override TimeSpan InitialDelay => Interval;

    protected override async Task<TimeSpan> RunOnceAsync(CancellationToken stopping)
    {
        IReadOnlyList<(HostName Host, HostProblem Problem)> current = [.. hosts.ListProblems().SelectMany(host => host.Problems.Select(problem => (host.Host, problem)))];
        if (_stored is null || !Keys(current).SetEquals(Keys(_stored)))
        {
            await store.ReplaceAsync(current, stopping);
            foreach (var (host, problem) in _stored ?? [])
                if (!current.Any(item => item.Host == host && item.Problem.Kind == problem.Kind))
                    LogOver(Log, host.Value, problem.Message);
            _stored = current;
        }

        return Interval;
    }

    private static HashSet<(HostName, HostProblemKind, string)> Keys(IEnumerable<(HostName Host, HostProblem Problem)> problems) =>
        [.. problems.Select(item => (item.Host, item.Problem.Kind, item.Problem.Message))];

    [LoggerMessage(2064, LogLevel.Information, "Over on host {Host}: {Problem}")]
    private static partial void LogOver(ILogger log, string host, string problem);
}
