using System.Reflection;
using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Text;

/// <summary>
/// All code that waits, reads the time or creates an identity does so through an injected dependency, so that a test can control it. The
/// compiler rejects what <c>infra/build/BannedSymbols.txt</c> lists; these tests check that list and its exceptions.
/// </summary>
public sealed class BannedSymbolTests
{
    private const string List = "infra/build/BannedSymbols.txt";

    private static readonly Regex Suppression = SourceCode.Compile(@"RS0030\b");

    /// <summary>Files that may use a banned symbol, each with the reason.</summary>
    private static readonly IReadOnlyDictionary<string, string> Exceptions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["services/agent/Mesh.Agent.Libvirt/Adapter/DirectoryPool.cs"] = "names a temporary libvirt object that nobody else ever reads",
        ["services/hosting/Mesh.Hosting/Running/ProcessRandom.cs"] = "the only source of randomness of a process",
    };

    /// <summary>A misspelt name bans nothing, and the compiler does not report it.</summary>
    [Fact]
    public void Each_line_has_an_existing_symbol_and_an_alternative() =>
        RepositoryFiles.Read(List).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line.Split(';', 2) is not [var symbol, { Length: > 10 }] || !Exists(symbol))
            .ShouldBeEmpty();

    [Theory]
    [InlineData("P:System.DateTime.UtcNow")]
    [InlineData("P:System.DateTimeOffset.UtcNow")]
    [InlineData("M:System.Threading.Tasks.Task.Delay(System.TimeSpan,System.Threading.CancellationToken)")]
    [InlineData("M:System.Guid.NewGuid")]
    [InlineData("P:System.Random.Shared")]
    public void What_no_test_could_control_is_listed(string symbol) => RepositoryFiles.Read(List).ShouldContain($"{symbol};");

    [Theory]
    [InlineData("M:System.Guid.NewGuit")]
    [InlineData("P:System.DateTime.UtcNaw")]
    [InlineData("T:System.Threading.Timers")]
    [InlineData("M:System.Threading.Tasks.Task.Delay(System.Int16)")]
    public void A_misspelt_name_is_found(string symbol) => Exists(symbol).ShouldBeFalse();

    [Fact]
    public void The_compiler_uses_it_for_all_shipped_projects() =>
        RepositoryFiles.Read("Directory.Build.props").ShouldContain("infra/build/BannedSymbols.txt\" Condition=\"'$(IsTestCode)' != 'true'\"");

    [Fact]
    public void Only_files_with_a_reason_are_exempt_and_each_still_needs_it() =>
        RepositoryFiles.ShippedSources.Where(path => Suppression.IsMatch(RepositoryFiles.Read(path))).ShouldBe(Exceptions.Keys, ignoreOrder: true);

    [Fact]
    public void No_project_disables_the_rule() =>
        RepositoryFiles.WithExtension(".csproj", ".props", ".targets", ".editorconfig", ".globalconfig")
            .Where(path => Suppression.IsMatch(RepositoryFiles.Read(path))).ShouldBeEmpty();

    private static bool Exists(string symbol)
    {
        var (name, parameters) = symbol[2..].TrimEnd(')').Split('(') is [var bare, var list] ? (bare, list.Split(',')) : (symbol[2..], []);
        if (symbol[0] == 'T')
            return typeof(object).Assembly.GetType(name) is not null;
        var at = name.LastIndexOf('.');
        const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static;
        return typeof(object).Assembly.GetType(name[..at]) is { } type && (symbol[0], name[(at + 1)..]) switch
        {
            ('P', var property) => type.GetProperty(property, Public) is not null,
            ('M', "#ctor") => type.GetConstructors().Any(HasParameters),
            ('M', var method) => type.GetMember(method, MemberTypes.Method, Public).Cast<MethodBase>().Any(HasParameters),
            _ => false,
        };

        bool HasParameters(MethodBase method) => method.GetParameters().Select(parameter => parameter.ParameterType.FullName).SequenceEqual(parameters, StringComparer.Ordinal);
    }
}
