using Mesh.Contracts.Migrations;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Migrations.Tests;

internal sealed partial class FaultyWorld
{
    /// <summary>Changes the running migration at random.</summary>
    private void ChangeRandomly()
    {
        var request = new ChangeMigration { Id = State!.Id, ChangeId = $"c{_random.Next(6)}", RequestedBy = "tester" };
        var policy = Chance(0.4) ? RandomPolicy() : null;
        var change = _random.Next(5) switch
        {
            0 => request with { Parameters = new() { MaxDowntime = TimeSpan.FromMilliseconds(500) } },
            1 => request with { Parameters = new() { PostCopy = true } },
            2 => request with { Parameters = new() { Suspend = true } },
            3 => request with { ForceComplete = true },
            _ => request with { Parameters = new() { Throttle = new Percent(50) } },
        };
        Apply(new ChangeReceived(policy is null ? change : change with { Policy = policy.Policy.Name }, policy));
    }

    private EffectivePolicy RandomPolicy()
    {
        List<PolicyActionKind> kinds = [PolicyActionKind.SetDowntime, PolicyActionKind.PostCopy, PolicyActionKind.Suspend, PolicyActionKind.Throttle, PolicyActionKind.Abort];
        List<PolicyActionKind> last = [PolicyActionKind.PostCopy, PolicyActionKind.Suspend, PolicyActionKind.Abort];
        return Given.Policy(new MigrationPolicy
        {
            Name = $"p{_random.Next(3)}",
            Description = "Random.",
            Steps = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => new PolicyStep(new() { Elapsed = Within(90) }, CreateAction(kinds[_random.Next(kinds.Count)])))],
            LastResort = [.. last.Where(_ => Chance(0.5))],
            Limits = new()
            {
                CompletionTimeout = Chance(0.5) ? Within(120) : null,
                ProgressTimeout = Chance(0.3) ? Within(60) : null,
                SwitchOverDeadline = Chance(0.3) ? Within(30) : null,
            },
        });
    }

    private static PolicyAction CreateAction(PolicyActionKind kind) => new()
    {
        Kind = kind,
        Downtime = kind == PolicyActionKind.SetDowntime ? TimeSpan.FromMilliseconds(400) : null,
        Throttle = kind == PolicyActionKind.Throttle ? new Percent(40) : null,
    };

    private MigrationSample Sample()
    {
        var elapsed = _now - _jobSince;
        return new MigrationSample
        {
            MigrationId = State!.Id,
            Epoch = _jobEpoch,
            VmId = Given.Vm,
            Phase = _isPostCopy ? JobPhase.PostCopy : JobPhase.PreCopy,
            Copy = new()
            {
                Elapsed = elapsed,
                Iteration = 1 + (long)(elapsed.TotalSeconds / 7),
                Bandwidth = BytesPerSecond.FromMebibytes(100),
                Memory = new TransferProgress(Bytes.FromMebibytes(1024), Bytes.FromMebibytes(_random.Next(10, 900)), Bytes.FromMebibytes(elapsed.TotalSeconds * 100)),
            },
        };
    }
}
