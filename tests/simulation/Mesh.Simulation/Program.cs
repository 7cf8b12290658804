using System.CommandLine;
using Mesh.Simulation.SeededBugs;
using Mesh.Simulation.Sweeps;
using Mesh.Simulation.Worlds;

var seeds = new Option<int>("--seeds") { Description = "How many seeds to run.", DefaultValueFactory = _ => 2000 };
var from = new Option<int>("--from") { Description = "The first seed.", DefaultValueFactory = _ => 1 };
var seed = new Option<int?>("--seed") { Description = "Runs this one seed only." };
var trace = new Option<bool>("--trace") { Description = "Prints the whole trace of the one seed." };
var seededBug = new Option<SeededBugKind?>("--bug") { Description = "Runs with this known bug, which the simulation must find." };
var threads = new Option<int>("--threads") { Description = "How many seeds to run side by side.", DefaultValueFactory = _ => Environment.ProcessorCount };
var goOn = new Option<bool>("--go-on") { Description = "Goes on after a failure and tells all of them." };
var command = new RootCommand("Runs the whole mesh in simulation: one seed, one exact run.") { seeds, from, seed, trace, seededBug, threads, goOn };
command.SetAction(parsed =>
{
    var bug = parsed.GetValue(seededBug);
    if (parsed.GetValue(seed) is { } one)
    {
        var result = World.Run(new RunOptions(one, bug, parsed.GetValue(trace) ? Console.WriteLine : null));
        Console.WriteLine(result.Failure ?? $"seed {one}: all is well");
        Console.WriteLine($"{result.Steps} steps in {result.VirtualTime.TotalSeconds:0} s of virtual time, trace {result.TraceHash:x16}, ends: {string.Join(", ", result.Ends)}");
        return result.Failure is null ? 0 : 1;
    }

    var sweep = new Sweep(parsed.GetValue(from), parsed.GetValue(seeds), parsed.GetValue(threads), bug, stopsAtFailure: !parsed.GetValue(goOn));
    var summary = sweep.Run(Console.WriteLine);
    foreach (var failure in summary.Failures)
        Console.WriteLine($"\n{failure.Failure}");
    Console.WriteLine(summary.ToString());
    return summary.Failures.Count == 0 ? 0 : 1;
});
return await command.Parse(args).InvokeAsync();
