using System.Text.RegularExpressions;
using Mesh.Cli.Commands;

namespace Mesh.Cli.Tests;

public sealed partial class HelpTests
{
    public static TheoryData<string> Verbs => [.. CommandLine.Root(new Cli().Io).Subcommands.Select(verb => verb.Name)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_has_help_with_examples(string verb)
    {
        var cli = new Cli();
        (await cli.RunAsync(verb, "--help")).ShouldBe(0);
        cli.Out.ShouldContain("Examples:");
        cli.Out.ShouldContain($"mesh {verb}");
        cli.Error.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_example_is_a_command_that_is_accepted(string name)
    {
        var root = CommandLine.Root(new Cli().Io);
        foreach (var (command, _) in ((Verb)root.Subcommands.First(verb => verb.Name == name)).Examples)
        {
            var own = Before().Match(command).Groups["mesh"].Value;
            own.ShouldNotBeEmpty(command);
            root.Parse(own["mesh ".Length..]).Errors.ShouldBeEmpty(command);
        }
    }

    [Fact]
    public async Task The_help_of_all_shows_every_exit_code()
    {
        var cli = new Cli();
        (await cli.RunAsync("--help")).ShouldBe(0);
        foreach (var (code, meaning) in ExitCodes.Table)
            cli.Out.ShouldContain($"{code,-5}{meaning}");
        ExitCodes.Table.Select(row => row.Code).ShouldBeUnique();
    }

    // What a shell would give to mesh: without variables before it and pipes or further commands behind.
    [GeneratedRegex(@"^([A-Z_]+=\S+ )*(?<mesh>mesh [^|&;]+?)\s*([|&;].*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Before();
}
