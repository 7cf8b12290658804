using System.CommandLine;
using System.CommandLine.Parsing;
using Mesh.Contracts.Scheduling;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Commands.Scheduling;

/// <summary>The options of <c>mesh drain</c> that say how to empty hosts.</summary>
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
        Description = "How many machines may be on their way away from each host at once. Default: the scheduler's limit.",
        HelpName = "N",
        CustomParser = OptionParsers.Count("--parallel", "machines", 1, 1000),
    };

    private readonly Option<DrainOrder?> _order = new("--order")
    {
        Description = "Which machines go first. Default: longest-first, which empties a host soonest.",
        HelpName = string.Join('|', Orders.Keys),
        CustomParser = Order,
    };

    private readonly Option<bool> _relaxAffinity = new("--relax-affinity")
    {
        Description = "Break hard rules that keep machines together or apart for those that no host could take otherwise.",
    };

    private readonly Option<string?> _why = new("--reason") { Description = "Why, for the record.", HelpName = "TEXT" };

    public DrainCommandOptions(Command command)
    {
        foreach (var option in All)
            command.Options.Add(option);
    }

    public IReadOnlyList<Option> All => [_parallel, _order, _relaxAffinity, _why];

    public DrainBody Read(ParseResult parsed, DrainBody body) => body with
    {
        Parallel = parsed.GetValue(_parallel),
        Order = parsed.GetValue(_order) ?? DrainOrder.LongestFirst,
        RelaxAffinity = parsed.GetValue(_relaxAffinity),
        Reason = parsed.GetValue(_why) ?? "",
    };

    private static DrainOrder? Order(ArgumentResult result)
    {
        var text = result.Tokens[^1].Value;
        if (Orders.TryGetValue(text, out var order))
            return order;
        result.AddError($"--order '{text}' is not accepted: it takes {string.Join(" or ", Orders.Keys)}");
        return null;
    }
}
