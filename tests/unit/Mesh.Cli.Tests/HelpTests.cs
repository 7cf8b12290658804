using System.CommandLine;
using System.Text.RegularExpressions;
using Mesh.Cli.Commands;
using Mesh.Cli.Shell;
using Mesh.Server;

namespace Mesh.Cli.Tests;

public sealed partial class HelpTests
{
    /// <summary>All verbs and subcommands, such as <c>policy show</c>.</summary>
    public static TheoryData<string> Verbs => [.. Below(CreateRoot(), "").Select(verb => verb.Path)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_has_help_with_examples(string verb)
    {
        var cli = new Cli();
        (await cli.RunAsync([.. verb.Split(' '), "--help"])).ShouldBe(0);
        cli.Out.ShouldContain("Examples:");
        cli.Out.ShouldContain($"mesh {verb}");
        cli.Error.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_example_is_a_valid_command(string path)
    {
        var root = CreateRoot();
        foreach (var (command, _) in Below(root, "").Single(verb => verb.Path == path).Verb.Examples)
        {
            var own = Before().Match(command).Groups["mesh"].Value;
            own.ShouldNotBeEmpty(command);
            root.Parse(own["mesh ".Length..]).Errors.ShouldBeEmpty(command);
        }
    }

    [Fact]
    public async Task The_root_help_lists_all_exit_codes()
    {
        var cli = new Cli();
        (await cli.RunAsync("--help")).ShouldBe(0);
        foreach (var (code, meaning) in ExitCodes.Table)
            cli.Out.ShouldContain($"{code,-5}{meaning}");
        ExitCodes.Table.Select(row => row.Code).ShouldBeUnique();
    }

    [Theory]
    [InlineData("set")]
    [InlineData("force-complete")]
    [InlineData("postcopy")]
    [InlineData("suspend")]
    public async Task The_help_of_a_change_lists_the_exit_codes(string verb)
    {
        var cli = new Cli();
        (await cli.RunAsync(verb, "--help")).ShouldBe(0);
        cli.Out.ShouldContain("applied, emulated");
        cli.Out.ShouldContain($"{ExitCodes.Refused,-5}refused");
    }

    private static RootCommand CreateRoot() => CommandLine.CreateRoot(new Cli().Io, ServerVerb.CreateAll(new Cli().Io));

    private static IEnumerable<(string Path, Verb Verb)> Below(Command command, string path) => command.Subcommands.OfType<Verb>()
        .SelectMany(verb => Below(verb, $"{path}{verb.Name} ").Prepend(($"{path}{verb.Name}", verb)));

    // The mesh command without variables before it and without pipes or further commands after it.
    [GeneratedRegex(@"^([A-Z_]+=\S+ )*(?<mesh>mesh [^|&;]+?)\s*([|&;].*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Before();
}
