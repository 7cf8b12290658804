using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Host.Documents;
using Mesh.Scheduler.Host.Store;
using Mesh.Scheduler.Host.Turns;

namespace Mesh.Scheduler.Host.Messages;

/// <summary>Keeps and shows placement rules.</summary>
internal sealed partial class RuleRequests(SchedulerStore store, TurnSignal signal, TimeProvider time, ILogger<RuleRequests> log)
    : IRequestHandler<KeepRules, KeptRules>,
        IRequestHandler<ShowRules, KeptRules>
{
    public async Task<KeptRules> AnswerAsync(KeepRules request, CancellationToken cancellation)
    {
        var (rules, faults) = RulesText.Read(request.Document);
        if (rules is null || request.DryRun)
            return new KeptRules(rules, faults);
        var at = time.GetUtcNow();
        await store.KeepRulesAsync(request.Document, request.By, at, cancellation);
        LogKept(rules.HostAffinity.Count + rules.VmAffinity.Count + rules.Taints.Count + rules.Networks.Count, request.By);
        signal.Give();
        return new KeptRules(rules, [], request.By, at);
    }

    public Task<KeptRules> AnswerAsync(ShowRules request, CancellationToken cancellation) => store.RulesAsync(cancellation);

    [LoggerMessage(5031, LogLevel.Information, "{Count} placement rules were kept by {By}")]
    private partial void LogKept(int count, string by);
}
