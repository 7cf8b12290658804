using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Names;

/// <summary>A name means one thing in the whole solution, and it is a name that the field uses.</summary>
public sealed class TypeNameTests
{
    // Former names of types that have a better name in libvirt, Kubernetes, Orleans or .NET.
    private static readonly string[] RetiredWords =
    [
        "Flight", "FlightState", "FlightInput", "FlightOutput", "FlightRule", "Turn", "TurnLoop", "TurnTaker", "TurnSignal", "CommandDesk", "Handled", "Verdict",
        "VmLanes", "OneAtATime", "Postman", "Letter", "Awakener", "WakeQueue", "Clock", "HostWatch", "Heard", "HostWord", "HostSaid", "JobFollower", "Followers",
        "JobCloser", "JobReader", "DowntimeKeeper", "AbortPursuit", "PostCopyPursuit", "ForeignJobs", "Arrivals", "Arrival", "StaleThrottles", "Strays", "StrayOnSource",
        "DestroyStray", "AbortWish", "QueueWish", "Departure", "Admitting", "Changing", "Answers", "Reruns", "Steering", "Recovering", "Ponder", "Settle", "Looks",
        "PassBook", "PassesSeen", "Moment", "Knobs", "Prospect", "AdaptiveBrain", "DrainKeeper", "DrainHands", "DrainRule", "DrainMoment", "SlotBook", "SlotTable",
        "MoveFeeding", "MoveSettling", "Newcomers", "BatchBoard", "BatchTwins", "BatchLeft", "News", "Questions", "Requests", "StorePatience", "Examination", "Faults",
        "Storm", "Weather", "Plant", "Pump", "Words", "Rung",
    ];

    private static readonly Regex Retired = SourceCode.Compile($"^({string.Join('|', RetiredWords)})$|(?<!In)Flight(?!s?[a-z])|Rung$|Wish(?![a-z])|Stray(?![a-z])");

    /// <summary>Names that .NET gives to every program.</summary>
    private static readonly string[] Exempt = ["Program"];

    [Fact]
    public void Types_are_found() => Declaration.All.Select(declaration => declaration.Name).ShouldContain("MigrationStateMachine");

    [Fact]
    public void A_types_name_is_unique() =>
        Declaration.All.Where(declaration => !Exempt.Contains(declaration.Name, StringComparer.Ordinal))
            .GroupBy(declaration => declaration.Name, StringComparer.Ordinal)
            .Where(same => same.Count() > 1)
            .Select(same => $"{same.Key}: {string.Join(", ", same.Select(declaration => declaration.Path))}")
            .ShouldBeEmpty();

    [Fact]
    public void No_type_has_a_retired_name() =>
        Declaration.All.Where(declaration => Retired.IsMatch(declaration.Name)).Select(declaration => $"{declaration.Path}: {declaration.Name}").ShouldBeEmpty();

    [Theory]
    [InlineData("Flight")]
    [InlineData("FlightView")]
    [InlineData("ThrottleRung")]
    [InlineData("PolicyWishVerb")]
    public void The_rule_finds_a_retired_name(string name) => Retired.IsMatch(name).ShouldBeTrue();

    [Theory]
    [InlineData("InFlightMax")]
    [InlineData("MachineTurnedOff")]
    [InlineData("Returned")]
    public void The_rule_allows_other_words_that_contain_a_retired_one(string name) => Retired.IsMatch(name).ShouldBeFalse();

    [Theory]
    [InlineData("namespace A;\npublic sealed partial class One<T>\n{\n    private enum Inner { }\n}", "One")]
    [InlineData("namespace A;\ninternal readonly record struct Two(int X);", "Two")]
    [InlineData("namespace A;\ninternal delegate Task<int> Three<T>(T value);", "Three")]
    public void The_rule_finds_top_level_types(string source, string name) => Declaration.Find("P", "p.cs", source).Select(declaration => declaration.Name).ShouldBe([name]);
}
