using Mesh.Benchmarks;

return args switch
{
    ["overhead"] => await Overhead.RunAsync(pairs: 7),
    ["overhead", var pairs] when int.TryParse(pairs, out var count) && count > 0 => await Overhead.RunAsync(count),
    ["drain"] => DrainPlanning.Run(runs: 9),
    ["drain", var runs] when int.TryParse(runs, out var count) && count > 0 => DrainPlanning.Run(count),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Mesh.Benchmarks overhead [PAIRS]   the same guest moved by virsh and by mesh, in turn");
    Console.Error.WriteLine("       Mesh.Benchmarks drain [RUNS]       a drain of 1,000 machines over 200 hosts, planned");
    return 2;
}
