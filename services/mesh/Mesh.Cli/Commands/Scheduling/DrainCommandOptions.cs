using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Contracts.Api;
using Mesh.Contracts.Scheduling;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary>The options of <c>mesh drain</c> for the plan.</summary>
internal sealed class DrainCommandOptions
{
    private static readonly Dictionary<string, DrainOrder> Orders = new(StringComparer.Ordinal)
    {
        ["longest-first"] = DrainOrder.LongestFirst,
        ["shortest-first"] = DrainOrder.ShortestFirst,
        ["by-name"] = DrainOrder.ByName,
    };

    private readonly Option<int?> _parallel = new("--parallel")
    {
        Description = "Maximum number of parallel migrations from each host. Default: the scheduler's limit.",
        HelpName = "N",
        CustomParser = OptionParsers.Count("--parallel", "migrations", 1, 1000),
    };

    private readonly Option<DrainOrder?> _order = new("--order")
    {
        Description = "Order of the migrations. Default: longest-first, the fastest.",
        HelpName = string.Join('|', Orders.Keys),
        CustomParser = Order,
    };

    private readonly Option<bool> _relaxAffinity = new("--relax-affinity")
    {
        Description = "Allow violating hard VM affinity rules for VMs that no host could take otherwise.",
    };

    private readonly Option<string?> _reason = new("--reason") { Description = "Reason, recorded with the drain.", HelpName = "TEXT" };

    public DrainCommandOptions(Command command)
    {
        foreach (var option in All)
            command.Options.Add(option);
    }

    public IReadOnlyList<Option> All => [_parallel, _order, _relaxAffinity, _reason];

    public DrainBody Read(ParseResult parsed, DrainBody body) => body with
    {
        Parallel = parsed.GetValue(_parallel),
        Order = parsed.GetValue(_order) ?? DrainOrder.LongestFirst,
        RelaxAffinity = parsed.GetValue(_relaxAffinity),
        Reason = parsed.GetValue(_reason) ?? "",
    };

    private static DrainOrder? Order(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (Orders.TryGetValue(text, out var order))
            return order;
        result.AddError($"invalid value '{text}' for --order: expected {string.Join(" or ", Orders.Keys)}");
        return null;
    }
}
