using System.Diagnostics;
using Mesh.Agent.Hypervisors;
using Mesh.Agent.Running;
using Mesh.Agent.State;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Migrations;
using Mesh.Hosting.Telemetry;

namespace Mesh.Agent.Commands;

/// <summary>Takes commands, sees to it that each acts at most once and none out of its time, and answers every one.</summary>
internal sealed class CommandDesk(
    AgentContext agent, SourceCommands source, DestinationCommands destination, RecoveryCommands recoveries, StrayCommands strays)
{
    private readonly VmLanes _lanes = new();

    /// <summary>Takes a command and returns at once.</summary>
    public void Take(AgentCommand command)
    {
        if (!_lanes.TryPost(command.VmId, () => ProcessAsync(command)))
            agent.Log.CommandDropped(Name(command), command.CommandId, VmLanes.WaitingMax, command.VmId);
    }

    public Task StoppedAsync() => _lanes.StoppedAsync();

    private async Task ProcessAsync(AgentCommand command)
    {
        using var activity = MeshTelemetry.Start($"agent {Name(command)}", command.TraceParent, ActivityKind.Consumer);
        activity?.SetTag("mesh.migration", command.MigrationId.Value).SetTag("mesh.host", agent.Host.Value);
        try
        {
            var answer = await AnswerAsync(command);
            activity?.SetTag("mesh.result", answer.Result.ToString());
            await agent.Postman.PostAsync(AgentQueues.CommandAnswers, answer, null, agent.Stopping);
        }
        catch (OperationCanceledException) when (agent.Stopping.IsCancellationRequested)
        {
            // Unanswered, it comes again.
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            agent.Log.CommandFailed(e, Name(command), command.CommandId, command.MigrationId);
        }
    }

    private async Task<CommandAnswer> AnswerAsync(AgentCommand command)
    {
        var verdict = Fencing.Judge(agent.Store.Record, command);
        if (verdict.Given is { } given)
        {
            agent.Log.CommandRepeated(Name(command), command.CommandId, command.MigrationId, given.Result);
            return given;
        }

        if (verdict.Refusal is { } refusal)
            return Answer(command, Handled.Refused([refusal]));

        try
        {
            var record = agent.Store.Meet(command, agent.Now);
            var handled = await HandleAsync(command, record);
            var answer = Answer(command, handled);
            var kept = agent.Store.Change(record, known => (handled.Change?.Invoke(known) ?? known).With(answer));
            handled.Then?.Invoke(kept);
            return answer;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be remembered must not be begun: after a restart nobody would hold its limits.
            return Answer(command, Handled.Failed(RefusalCode.Storage, $"the agent of {agent.Host} cannot write its state: {e.Message}"));
        }
    }

    private async Task<Handled> HandleAsync(AgentCommand command, MigrationRecord record)
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
                DestroyStray destroy => strays.DestroyAsync(destroy),
                _ => Task.FromResult(Handled.Refused(RefusalCode.BadOption, $"the agent does not know the command {Name(command)}")),
            });
        }
        catch (HypervisorException e)
        {
            return Handled.Failed(RefusalCode.Hypervisor, $"{agent.Host}: {e.Message}");
        }
    }

    private CommandAnswer Answer(AgentCommand command, Handled handled)
    {
        var reasons = string.Concat(handled.Refusals.Select(refusal => $"; {refusal.Message}"));
        agent.Log.CommandAnswered(Name(command), command.CommandId, command.MigrationId, command.Epoch, command.VmId, handled.Result, reasons);
        AgentInstruments.Commands.Add(
            1, new TagList { { "host", agent.Host.Value }, { "command", Name(command) }, { "result", handled.Result.ToString() } });
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

    private static string Name(AgentCommand command) => command.GetType().Name;
}
