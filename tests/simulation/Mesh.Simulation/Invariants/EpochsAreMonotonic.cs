using Mesh.Contracts.Agents;
using Mesh.Contracts.Values;
using Mesh.Simulation.Bus;
using Mesh.Simulation.Hosts;
using Mesh.Simulation.Worlds;

namespace Mesh.Simulation.Invariants;

/// <summary>Attempts of a machine have rising epochs, and no host carries out a command of an older one than it has carried out before.</summary>
internal sealed class EpochsAreMonotonic : Invariant
{
    private readonly Dictionary<(HostName Host, VmId Vm), Epoch> _newest = [];
    private readonly Dictionary<CommandId, AgentCommand> _commands = [];
    private readonly HashSet<(string Queue, VmId Vm, CommandId Command)> _starts = [];
    private readonly Dictionary<(HostName Host, VmId Vm), int> _started = [];
    private readonly Dictionary<(string Queue, VmId Vm), Epoch> _cleanUps = [];
    private readonly HashSet<(HostName, CommandId)> _answered = [];

    /// <summary>Watches commands and answers.</summary>
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
                foreach (var known in _newest.Keys.Where(known => known.Host == host.Name).ToList())
                    _newest.Remove(known);
            };
    }

    /// <inheritdoc />
    public override string Name => "epochs are monotone for each machine";

    /// <inheritdoc />
    public override void AtEnd()
    {
        foreach (var attempts in World.MigrationsStore.ReadMigrations().Where(migration => migration.Vm is not null && migration.Epoch > new Epoch(0)).GroupBy(migration => migration.Vm!.Id))
            foreach (var (earlier, later) in attempts.OrderBy(migration => migration.RequestedAt).ThenBy(migration => migration.Epoch).Pairwise())
                if (later.Epoch <= earlier.Epoch)
                    Fail($"{later.Id} has epoch {later.Epoch}, and {earlier.Id} of the same machine had {earlier.Epoch} before it");
    }

    private static Epoch Max(Epoch one, Epoch other) => one > other ? one : other;

    private void CheckStart(HostName host, VmId vm)
    {
        var begun = _started[(host, vm)] = _started.GetValueOrDefault((host, vm)) + 1;
        var asked = _starts.Count(start => start.Vm == vm && start.Queue == AgentQueues.Commands(host));
        if (begun > asked)
            Fail($"{host} began {begun} jobs of {vm}, and was given {asked} commands to start one: a command acted twice");
    }

    private void CheckDestroy(HostName host, VmId vm)
    {
        var (told, newest) = (_cleanUps.GetValueOrDefault((AgentQueues.Commands(host), vm)), _newest.GetValueOrDefault((host, vm)));
        if (told < newest)
            Fail($"{host} destroys what waits for {vm} in attempt {newest}, and was told to clean up no later attempt than {told}");
    }

    private void CheckAnswer(BrokerMessage message)
    {
        if (message.Content is not CommandAnswer answer || !_answered.Add((answer.Host, answer.CommandId))
            || answer.Result != CommandResult.Succeeded || !_commands.TryGetValue(answer.CommandId, out var command))
            return;
        var newest = _newest.GetValueOrDefault((answer.Host, command.VmId), new Epoch(0));
        if (command.Epoch < newest)
            Fail($"{answer.Host} carried out {command.GetType().Name} {command.CommandId} of attempt {command.Epoch} after one of attempt {newest}");
        else
            _newest[(answer.Host, command.VmId)] = command.Epoch;
    }
}
