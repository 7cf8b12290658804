using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>The epochs of a VM's attempts increase, and no host executes a command with an older epoch than one that it has executed.</summary>
internal sealed class EpochsAreMonotonic : Invariant
{
    private readonly Dictionary<(HostName Host, VmId Vm), Epoch> _newest = [];
    private readonly Dictionary<CommandId, AgentCommand> _commands = [];
    private readonly HashSet<(string Queue, VmId Vm, CommandId Command)> _starts = [];
    private readonly Dictionary<(HostName Host, VmId Vm), int> _started = [];
    private readonly Dictionary<(string Queue, VmId Vm), Epoch> _cleanUps = [];
    private readonly HashSet<(HostName, CommandId)> _answered = [];

    public EpochsAreMonotonic(World world)
        : base(world)
    {
        world.Broker.MessageAccepted += message =>
        {
            if (message.Content is AgentCommand command)
                _commands[command.CommandId] = command;
        };
        world.MessageSending += CheckAnswer;
        world.Broker.MessageDelivered += (_, message) =>
        {
            if (message.Content is StartMigration or RecoverPostCopy)
                _starts.Add((message.Queue!, ((AgentCommand)message.Content).VmId, ((AgentCommand)message.Content).CommandId));
            if (message.Content is CleanUpIncoming cleanUp)
                _cleanUps[(message.Queue!, cleanUp.VmId)] = Max(cleanUp.Epoch, _cleanUps.GetValueOrDefault((message.Queue!, cleanUp.VmId)));
        };
        world.HypervisorCalled += (host, call, vm) =>
        {
            if (world.Host(host).HasLostAgentState)
                return;
            if (call == nameof(Agent.Hypervisors.IHypervisor.MigrateAsync))
                CheckStart(host, vm);
            else if (call == nameof(Agent.Hypervisors.IHypervisor.DestroyIncomingAsync))
                CheckDestroy(host, vm);
        };
        foreach (var host in world.Hosts)
            host.AgentStateLost += () =>
            {
                foreach (var key in _newest.Keys.Where(key => key.Host == host.Name).ToList())
                    _newest.Remove(key);
            };
    }

    /// <inheritdoc />
    public override string Name => "epochs increase for each VM";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var attempts in World.MigrationsStore.ReadMigrations().Where(migration => migration.Vm is not null && migration.Epoch > new Epoch(0)).GroupBy(migration => migration.Vm!.Id))
            foreach (var (earlier, later) in attempts.OrderBy(migration => migration.RequestedAt).ThenBy(migration => migration.Epoch).Pairwise())
                if (later.Epoch <= earlier.Epoch)
                    Fail($"{later.Id} has epoch {later.Epoch}, but the earlier {earlier.Id} of the same VM has {earlier.Epoch}");
    }

    private static Epoch Max(Epoch one, Epoch other) => one > other ? one : other;

    private void CheckStart(HostName host, VmId vm)
    {
        var started = _started[(host, vm)] = _started.GetValueOrDefault((host, vm)) + 1;
        var commanded = _starts.Count(start => start.Vm == vm && start.Queue == AgentQueues.Commands(host));
        if (started > commanded)
            Fail($"{host} started {started} jobs of {vm} after {commanded} start commands: a command was executed twice");
    }

    private void CheckDestroy(HostName host, VmId vm)
    {
        var (cleanedUp, newest) = (_cleanUps.GetValueOrDefault((AgentQueues.Commands(host), vm)), _newest.GetValueOrDefault((host, vm)));
        if (cleanedUp < newest)
            Fail($"{host} destroys the incoming {vm} of attempt {newest}, but was to clean up attempts up to {cleanedUp} only");
    }

    private void CheckAnswer(BrokerMessage message)
    {
        if (message.Content is not CommandAnswer answer || !_answered.Add((answer.Host, answer.CommandId))
            || answer.Result != CommandResult.Succeeded || !_commands.TryGetValue(answer.CommandId, out var command))
            return;
        var newest = _newest.GetValueOrDefault((answer.Host, command.VmId), new Epoch(0));
        if (command.Epoch < newest)
            Fail($"{answer.Host} executed {command.GetType().Name} {command.CommandId} of attempt {command.Epoch} after one of attempt {newest}");
        else
            _newest[(answer.Host, command.VmId)] = command.Epoch;
    }
}
