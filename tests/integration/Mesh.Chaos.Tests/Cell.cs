using System.Text.Json;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Testing;

namespace Mesh.Chaos.Tests;

/// <summary>A cell of the table: one migration of one guest, into which one fault is injected in one phase.</summary>
internal sealed class Cell(Fault fault, Phase phase, HostPair pair)
{
    public static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(250);

    private const int Done = 0;
    private const int Refused = 4;

    private string _id = "";

    public Fault Fault => fault;

    public Phase Phase => phase;

    public HostPair Pair => pair;

    public string Name { get; } = $"{fault.Name}, {phase.Name}";

    public string Guest { get; } = Guests.GetName(phase, pair.Number);

    /// <summary>The ended migration; null until then.</summary>
    public MigrationView? Ended { get; private set; }

    /// <summary>The time from the fault to the end.</summary>
    public TimeSpan? TimeToEnd { get; private set; }

    /// <summary>The host on which its guest runs intact; null otherwise.</summary>
    public string? Home { get; set; }

    /// <summary>Why the cell failed; null if it did not.</summary>
    public string? Failure { get; private set; }

    /// <summary>The migration as the mesh shows it; null if it has not been requested, or the mesh does not respond.</summary>
    public async Task<MigrationView?> ViewAsync() => _id.Length > 0 ? await pair.Mesh.Api.FindMigrationAsync(_id) : null;

    public Task<string?> SourceStateAsync() => pair.Bed.GetStateAsync(pair.Source, Guest);

    public Task<string?> DestinationStateAsync() => pair.Bed.GetStateAsync(pair.Destination, Guest);

    /// <summary>Whether its guest is throttled by this percentage on the source.</summary>
    public async Task<bool> IsThrottledAsync(int percent) => await pair.Bed.GetVcpuQuotaAsync(pair.Source, Guest) == 1000 * (100 - percent);

    /// <summary>
    /// Changes the migration as soon as everything that a change needs is up. A refusal is not a failure: a migration that has ended or
    /// lost its host cannot be changed.
    /// </summary>
    public Task SetAsync(params string[] options) => Eventually.HoldsAsync(
        async () => await ViewAsync() is { Outcome: not null } || (await pair.Mesh.RunAsync(["set", _id, .. options])).ExitCode is Done or Refused,
        $"{Guest} is changed", fault.EndTimeout, PollInterval);

    /// <summary>Starts the migration and waits until it is in its phase.</summary>
    public async Task EnterAsync()
    {
        if (phase.Hold is { } hold)
            await hold(this);
        _id = await pair.Mesh.StartMigrationAsync(Guest, pair.Destination, phase.Options.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (phase.Steer is { } steer)
            await steer(this);
        try
        {
            await Eventually.HoldsAsync(() => phase.IsIn(this), $"{Guest} is in {phase.Name}", TimeSpan.FromSeconds(120), PollInterval);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; queue: {(await pair.Mesh.RunAsync("queue")).Output.ReplaceLineEndings(" | ")}", e);
        }
    }

    /// <summary>Fails unless the migration is still in its phase: only then does the fault hit the phase that the table names.</summary>
    public async Task ConfirmAsync()
    {
        if (!await phase.IsIn(this))
            throw new InvalidOperationException($"{Guest} left {phase.Name} before the fault");
    }

    public async Task AwaitEndAsync(DateTimeOffset injectedAt)
    {
        Ended = await Eventually.ReturnsAsync(
            async () => await ViewAsync() is { Outcome: not null } view ? view : null, $"{Guest} ends", fault.EndTimeout, PollInterval);
        TimeToEnd = Ended.EndedAt - injectedAt;
    }

    /// <summary>
    /// A migration that continues after its row was abandoned keeps its slots, and the pair's next row would wait for them. If it cannot be
    /// ended, that is reported too, even if the cell has already failed.
    /// </summary>
    public async Task AbortIfRunningAsync()
    {
        if (_id.Length == 0 || await ViewAsync() is { Outcome: not null })
            return;
        try
        {
            await pair.Mesh.RunAsync("abort", _id);
            if (phase.Finish is { } finish)
                await finish(this);
            await Eventually.HoldsAsync(async () => await ViewAsync() is { Outcome: not null }, $"{Guest} is aborted", fault.EndTimeout, PollInterval);
        }
        catch (TimeoutException e)
        {
            Failure = $"{Failure}; {e.Message}: {JsonSerializer.Serialize(await ViewAsync(), MeshJson.Options)}";
        }
    }

    public void Fail(string why) => Failure ??= why;

    /// <summary>Adds where the evidence is.</summary>
    public void AddEvidence(string evidence) => Failure += $" (more in {evidence})";
}
