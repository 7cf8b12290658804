using System.Reflection;
using System.Text.RegularExpressions;
using Mesh.Core;
using Mesh.Repository.Tests;

namespace Mesh.Hosting.Tests.Telemetry;

public sealed partial class TelemetryNamesTests
{
    private static readonly IReadOnlyList<(string Path, string Text)> Sources =
    [
        .. from path in Directory.EnumerateFiles(RepositoryRoot.At("services"), "*.cs", SearchOption.AllDirectories)
           where Path.GetFileName(path) != "TelemetryNames.cs"
           select (path, File.ReadAllText(path)),
    ];

    [Fact]
    public void No_name_is_used_twice()
    {
        var names = Constants().Select(constant => constant.Value).ToList();

        names.ShouldBeUnique();
        names.Count.ShouldBeGreaterThan(30);
        Constants().Where(constant => constant.Type != nameof(TelemetryNames.Spans)).ShouldAllBe(constant => Name().IsMatch(constant.Value));
    }

    [Fact]
    public void No_name_is_written_anywhere_else()
    {
        Offences(MeshLiteral()).ShouldBeEmpty();
        Offences(LiteralName()).ShouldBeEmpty();
    }

    /// <summary>A migration is counted once because only one service creates the instrument.</summary>
    [Fact]
    public void Each_metric_is_created_once()
    {
        foreach (var (_, field, _) in Constants().Where(constant => constant.Type == nameof(TelemetryNames.Metrics)))
            Sources.Sum(source => Regex.Count(source.Text, $@"\bTelemetryNames\.Metrics\.{field}\b")).ShouldBe(1, field);
    }

    private static IReadOnlyList<(string Type, string Field, string Value)> Constants() =>
    [
        .. from type in typeof(TelemetryNames).GetNestedTypes()
           from field in type.GetFields(BindingFlags.Public | BindingFlags.Static)
           select (type.Name, field.Name, (string)field.GetRawConstantValue()!),
    ];

    private static IReadOnlyList<string> Offences(Regex pattern) =>
        [.. Sources.SelectMany(source => pattern.Matches(source.Text).Select(match => $"{Path.GetFileName(source.Path)}: {match.Value}"))];

    [GeneratedRegex(@"^mesh(\.[a-z]+(_[a-z]+)*)+$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Name();

    [GeneratedRegex(@"""mesh\.(?!db"")[a-z_.]+[a-z]""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex MeshLiteral();

    [GeneratedRegex(@"(SetTag\(|StartActivity\(\$?|Create(Counter|UpDownCounter|Histogram|Gauge|ObservableGauge)<\w+>\(\s*|KeyValuePair<string, object\?>\()""[^""]*""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LiteralName();
}
