using System.Diagnostics;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Core;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Commands;

/// <summary>Executes commands, each at most once and none that is stale, and answers every one.</summary>
internal sealed class CommandDispatcher(
    AgentContext agent, AgentStore store, ReliableSender sender, SourceCommandHandler source, DestinationCommandHandler destination, RecoveryCommandHandler recoveries,
    OrphanCommandHandler orphans)
{
    private readonly KeyedTaskQueue _queue = new();

    /// <summary>Queues a command and returns at once.</summary>
    public void Dispatch(AgentCommand command)
    {
        if (!_queue.TryEnqueue(command.VmId, () => ProcessAsync(command)))
            agent.Log.CommandDropped(NameOf(command), command.CommandId, KeyedTaskQueue.CapacityPerKey, command.VmId);
    }

    public Task WaitForCompletionAsync() => _queue.WaitForCompletionAsync();

    private async Task ProcessAsync(AgentCommand command)
    {
        using var activity = MeshTelemetry.StartActivity(TelemetryNames.Spans.AgentCommand + NameOf(command), command.TraceParent, ActivityKind.Consumer);
        activity?.SetTag(TelemetryNames.Tags.MigrationId, command.MigrationId.Value).SetTag(TelemetryNames.Tags.HostName, agent.Host.Value);
        try
        {
            var answer = await ExecuteAsync(command);
            activity?.SetTag(TelemetryNames.Tags.CommandResult, MeshTelemetry.TagValue(answer.Result));
            await sender.EnqueueAsync(AgentQueues.CommandAnswers, answer with { HostUuid = agent.HostUuid }, null, agent.Stopping);
        }
        catch (OperationCanceledException) when (agent.Stopping.IsCancellationRequested)
        {
            // Unanswered, it will be sent again.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            agent.Log.CommandFailed(e, NameOf(command), command.CommandId, command.MigrationId);
        }
    }

    private async Task<CommandAnswer> ExecuteAsync(AgentCommand command)
    {
        var check = EpochGuard.Check(store.State, command);
        if (check.RecordedAnswer is { } recorded)
        {
            agent.Log.CommandRepeated(NameOf(command), command.CommandId, command.MigrationId, recorded.Result);
            return recorded;
        }

        if (check.Refusal is { } refusal)
            return CreateAnswer(command, CommandOutcome.Refused([refusal]));

        try
        {
            var record = store.GetOrAdd(command, agent.Now);
            var outcome = await HandleAsync(command, record);
            var answer = CreateAnswer(command, outcome);
            var saved = store.Update(record, known => (outcome.RecordUpdate?.Invoke(known) ?? known).With(answer));
            outcome.AfterSave?.Invoke(saved);
            return answer;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be recorded must not be started: after a restart nobody would enforce its limits.
            return CreateAnswer(command, CommandOutcome.Failed(RefusalCode.StorageError, $"the agent of {agent.Host} cannot write its state: {e.Message}"));
        }
    }

    private async Task<CommandOutcome> HandleAsync(AgentCommand command, MigrationRecord record)
    {
        try
        {
            return await (command switch
            {
                PrepareIncoming prepare => destination.PrepareAsync(prepare, record),
                CleanUpIncoming => destination.CleanUpAsync(record),
                StartMigration start => source.StartAsync(start, record),
                ChangeParameters change => source.ChangeAsync(change, record),
                AbortJob => source.AbortAsync(record),
                RecoverPostCopy recover => recoveries.RecoverAsync(recover, record),
                ResumeOnSource resume => orphans.ResumeAsync(resume, record),
                DestroyOrphan destroy => orphans.DestroyAsync(destroy),
                _ => Task.FromResult(CommandOutcome.Refused(RefusalCode.InvalidOption, $"unknown command {NameOf(command)}")),
            });
        }
        catch (HypervisorException e)
        {
            return CommandOutcome.Failed(RefusalCode.HypervisorError, $"{agent.Host}: {e.Message}");
        }
    }

    private CommandAnswer CreateAnswer(AgentCommand command, CommandOutcome outcome)
    {
        var reasons = string.Concat(outcome.Refusals.Select(refusal => $"; {refusal.Message}"));
        agent.Log.CommandAnswered(NameOf(command), command.CommandId, command.MigrationId, command.Epoch, command.VmId, outcome.Result, reasons);
        AgentMetrics.Commands.Add(
            1,
            new TagList
            {
                { TelemetryNames.Tags.HostName, agent.Host.Value },
                { TelemetryNames.Tags.CommandType, NameOf(command) },
                { TelemetryNames.Tags.CommandResult, MeshTelemetry.TagValue(outcome.Result) },
            });
        return new CommandAnswer
        {
            Host = agent.Host,
            MigrationId = command.MigrationId,
            Epoch = command.Epoch,
            CommandId = command.CommandId,
            Result = outcome.Result,
            Refusals = outcome.Refusals,
            Parameters = outcome.Parameters,
            DestinationUri = outcome.DestinationUri,
        };
    }

    private static string NameOf(AgentCommand command) => Discriminator.Of(command);
}
