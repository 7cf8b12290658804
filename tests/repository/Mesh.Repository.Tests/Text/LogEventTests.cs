using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Text;

/// <summary>Log events are an interface: people alert on their numbers.</summary>
public sealed class LogEventTests
{
    private static readonly Regex Event = SourceCode.Compile(@"\[LoggerMessage\(\s*((EventId\s*=\s*)?(?<id>\d+))?");

    private static readonly IReadOnlyList<(string Path, string Id)> Events =
        [.. RepositoryFiles.ShippedSources.SelectMany(path => Event.Matches(RepositoryFiles.Read(path)).Select(match => (path, match.Groups["id"].Value)))];

    [Fact]
    public void Events_are_found() => Events.ShouldNotBeEmpty();

    [Fact]
    public void Every_event_has_a_number() => Events.Where(item => item.Id.Length == 0).Select(item => item.Path).ShouldBeEmpty();

    [Fact]
    public void No_two_events_of_the_mesh_share_a_number() =>
        Events.Where(item => item.Id.Length > 0).GroupBy(item => item.Id, StringComparer.Ordinal).Where(same => same.Count() > 1)
            .Select(same => $"{same.Key}: {string.Join(", ", same.Select(item => item.Path))}")
            .ShouldBeEmpty();
}
