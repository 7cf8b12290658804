using Mesh.Benchmarks;

return args switch
{
    ["overhead"] => await Overhead.RunAsync(pairs: 7),
    ["overhead", var pairs] when int.TryParse(pairs, out var count) && count > 0 => await Overhead.RunAsync(count),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Mesh.Benchmarks overhead [PAIRS]   the same guest moved by virsh and by mesh, in turn");
    return 2;
}
