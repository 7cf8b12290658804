using System.CommandLine;
using Mesh.Simulation.SeededBugs;
using Mesh.Simulation.Sweeps;
using Mesh.Simulation.Worlds;

var seeds = new Option<int>("--seeds") { Description = "Number of seeds to run.", DefaultValueFactory = _ => 2000 };
var from = new Option<int>("--from") { Description = "The first seed.", DefaultValueFactory = _ => 1 };
var seed = new Option<int?>("--seed") { Description = "Runs this one seed only." };
var trace = new Option<bool>("--trace") { Description = "Prints the full trace of the seed given with --seed." };
var seededBug = new Option<SeededBugKind?>("--bug") { Description = "Runs with this seeded bug, which the simulation must find." };
var threads = new Option<int>("--threads") { Description = "Number of seeds to run in parallel.", DefaultValueFactory = _ => Environment.ProcessorCount };
var keepGoing = new Option<bool>("--go-on") { Description = "Continues after a failure and reports all failures." };
var command = new RootCommand("Runs the whole mesh in simulation; a seed determines its run exactly.") { seeds, from, seed, trace, seededBug, threads, keepGoing };
command.SetAction(parsed =>
{
    var bug = parsed.GetValue(seededBug);
    if (parsed.GetValue(seed) is { } one)
    {
        var result = World.Run(new RunOptions(one, bug, parsed.GetValue(trace) ? Console.WriteLine : null));
        Console.WriteLine(result.Failure ?? $"seed {one}: no violation");
        Console.WriteLine($"{result.Steps} steps in {result.VirtualTime.TotalSeconds:0} s of virtual time, trace {result.TraceHash:x16}, outcomes: {string.Join(", ", result.Outcomes)}");
        return result.Failure is null ? 0 : 1;
    }

    var sweep = new Sweep(parsed.GetValue(from), parsed.GetValue(seeds), parsed.GetValue(threads), bug, stopsAtFailure: !parsed.GetValue(keepGoing));
    var summary = sweep.Run(Console.WriteLine);
    foreach (var failure in summary.Failures)
        Console.WriteLine($"\n{failure.Failure}");
    Console.WriteLine(summary.ToString());
    return summary.Failures.Count == 0 ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
