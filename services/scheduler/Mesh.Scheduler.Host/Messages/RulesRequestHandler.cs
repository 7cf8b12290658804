using Mesh.Contracts.Scheduling;
using Mesh.Hosting.Background;
using Mesh.Hosting.Bus;
using Mesh.Scheduler.Documents;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Store;

namespace Mesh.Scheduler.Host.Messages;

/// <summary>Applies and shows placement rules.</summary>
internal sealed partial class RulesRequestHandler(
    SchedulerStore store,
    [FromKeyedServices(FleetReader.ChangeSignal)] AsyncSignal signal,
    TimeProvider time,
    ILogger<RulesRequestHandler> log)
    : IRequestHandler<ApplyRules, RulesAnswer>,
        IRequestHandler<GetRules, RulesAnswer>
{
    public async Task<RulesAnswer> AnswerAsync(ApplyRules request, CancellationToken cancellation)
    {
        var (rules, diagnostics) = RulesText.Read(request.Document);
        if (rules is null || request.DryRun)
            return new RulesAnswer(rules, diagnostics);
        var at = time.GetUtcNow();
        await store.SaveRulesAsync(request.Document, request.RequestedBy, at, cancellation);
        LogApplied(rules.HostAffinity.Count + rules.VmAffinity.Count + rules.Taints.Count + rules.Networks.Count, request.RequestedBy);
        signal.Set();
        return new RulesAnswer(rules, [], request.RequestedBy, at);
    }

    public Task<RulesAnswer> AnswerAsync(GetRules request, CancellationToken cancellation) => store.ReadRulesAsync(cancellation);

    [LoggerMessage(5031, LogLevel.Information, "{Count} placement rules applied by {By}")]
    private partial void LogApplied(int count, string by);
}
