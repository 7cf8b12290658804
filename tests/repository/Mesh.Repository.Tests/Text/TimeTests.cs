using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Text;

/// <summary>Everything that waits, or asks for the time, does so through a <see cref="TimeProvider"/>, so that a test can drive it.</summary>
public sealed class TimeTests
{
    private static readonly Regex Clock = SourceCode.Compile(
        @"\bDateTime(Offset)?\.(Utc)?Now\b|\bTask\.Delay\((?![^;]*([tT]ime|[cC]lock)\b)|\bnew PeriodicTimer\([^,;]*\)|\bnew (System\.Threading\.)?Timer\(|\bEnvironment\.TickCount");

    /// <summary>Files that may, each with the reason.</summary>
    private static readonly IReadOnlyDictionary<string, string> Exceptions = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["services/hosting/Mesh.Hosting/Bus/MassTransitMessageBus.cs"] = "waits for the bus, which knows no clock but the machine's: by another's it would wait for ever",
    };

    [Fact]
    public void Nothing_in_the_services_has_a_clock_of_its_own() =>
        RepositoryFiles.ShippedSources.Where(path => !Exceptions.ContainsKey(path)).SelectMany(Uses).ShouldBeEmpty();

    [Fact]
    public void Every_exception_is_still_needed() => Exceptions.Keys.Where(path => !Uses(path).Any()).ShouldBeEmpty();

    [Theory]
    [InlineData("await Task.Delay(1000);")]
    [InlineData("await Task.Delay(pause, cancellation);")]
    [InlineData("var now = DateTimeOffset.UtcNow;")]
    [InlineData("new PeriodicTimer(tick)")]
    public void The_rule_sees_what_it_is_about(string code) => Clock.IsMatch(code).ShouldBeTrue();

    [Theory]
    [InlineData("await Task.Delay(pause, time, cancellation);")]
    [InlineData("await Task.Delay(pause, _time);")]
    [InlineData("new PeriodicTimer(tick, time)")]
    [InlineData("time.GetUtcNow()")]
    public void The_rule_lets_pass_what_a_test_can_drive(string code) => Clock.IsMatch(code).ShouldBeFalse();

    private static IEnumerable<string> Uses(string path) => SourceCode.Find(path, SourceCode.StripCommentsAndStrings(RepositoryFiles.Read(path)), Clock);
}
