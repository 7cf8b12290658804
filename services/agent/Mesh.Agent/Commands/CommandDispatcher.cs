using System.Diagnostics;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Agent.State;
using Mesh.Agent.Telemetry;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Commands;

/// <summary>Takes commands, sees to it that each acts at most once and none out of its time, and answers every one.</summary>
internal sealed class CommandDispatcher(
    AgentContext agent, SourceCommandHandler source, DestinationCommandHandler destination, RecoveryCommandHandler recoveries, OrphanCommandHandler strays)
{
    private readonly KeyedTaskQueue _queue = new();

    /// <summary>Takes a command and returns at once.</summary>
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
            await agent.Sender.EnqueueAsync(AgentQueues.CommandAnswers, answer, null, agent.Stopping);
        }
        catch (OperationCanceledException) when (agent.Stopping.IsCancellationRequested)
        {
            // Unanswered, it comes again.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            agent.Log.CommandFailed(e, NameOf(command), command.CommandId, command.MigrationId);
        }
    }

    private async Task<CommandAnswer> ExecuteAsync(AgentCommand command)
    {
        var check = EpochGuard.Check(agent.Store.State, command);
        if (check.RecordedAnswer is { } recorded)
        {
            agent.Log.CommandRepeated(NameOf(command), command.CommandId, command.MigrationId, recorded.Result);
            return recorded;
        }

        if (check.Refusal is { } refusal)
            return CreateAnswer(command, CommandOutcome.Refused([refusal]));

        try
        {
            var record = agent.Store.GetOrAdd(command, agent.Now);
            var handled = await HandleAsync(command, record);
            var answer = CreateAnswer(command, handled);
            var saved = agent.Store.Update(record, known => (handled.RecordUpdate?.Invoke(known) ?? known).With(answer));
            handled.AfterSave?.Invoke(saved);
            return answer;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be remembered must not be begun: after a restart nobody would hold its limits.
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
                ResumeOnSource resume => strays.ResumeAsync(resume, record),
                DestroyOrphan destroy => strays.DestroyAsync(destroy),
                _ => Task.FromResult(CommandOutcome.Refused(RefusalCode.InvalidOption, $"the agent does not know the command {NameOf(command)}")),
            });
        }
        catch (HypervisorException e)
        {
            return CommandOutcome.Failed(RefusalCode.HypervisorError, $"{agent.Host}: {e.Message}");
        }
    }

    private CommandAnswer CreateAnswer(AgentCommand command, CommandOutcome handled)
    {
        var reasons = string.Concat(handled.Refusals.Select(refusal => $"; {refusal.Message}"));
        agent.Log.CommandAnswered(NameOf(command), command.CommandId, command.MigrationId, command.Epoch, command.VmId, handled.Result, reasons);
        AgentMetrics.Commands.Add(
            1,
            new TagList
            {
                { TelemetryNames.Tags.HostName, agent.Host.Value },
                { TelemetryNames.Tags.CommandType, NameOf(command) },
                { TelemetryNames.Tags.CommandResult, MeshTelemetry.TagValue(handled.Result) },
            });
        return new CommandAnswer
        {
            Host = agent.Host,
            MigrationId = command.MigrationId,
            Epoch = command.Epoch,
            CommandId = command.CommandId,
            Result = handled.Result,
            Refusals = handled.Refusals,
            Parameters = handled.Parameters,
            DestinationUri = handled.DestinationUri,
        };
    }

    private static string NameOf(AgentCommand command) => Discriminator.Of(command);
}
