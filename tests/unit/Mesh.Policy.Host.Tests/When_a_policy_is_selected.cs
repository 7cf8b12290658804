using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Policy.Selection;

namespace Mesh.Policy.Host.Tests;

public sealed class When_a_policy_is_selected
{
    private static readonly VmId Vm = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    private static readonly VmId Other = new(new Guid(2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));

    private static readonly PolicyCatalogue Catalogue = new(
        [
            View("calm"),
            View("gold", ("tier", "gold")),
            View("gold-a", ("tier", "gold"), ("zone", "a")),
            View("silver", ("tier", "silver")),
            View("silver-too", ("tier", "silver")),
            View("zone-a", ("zone", "a")),
        ],
        [new(Other, "silver", "jane", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero))],
        "calm",
        new Dictionary<string, string>());

    public static TheoryData<string, string?, string, SelectedBy, string> Table => new()
    {
        { "", null, "calm", SelectedBy.Default, "it is the default, and no policy matches the VM's labels" },
        { "tier=bronze", null, "calm", SelectedBy.Default, "it is the default, and no policy matches the VM's labels" },
        { "tier=gold", null, "gold", SelectedBy.Labels, "its label tier=gold matches" },
        { "tier=gold,zone=b", null, "gold", SelectedBy.Labels, "its label tier=gold matches" },
        { "tier=Gold", null, "calm", SelectedBy.Default, "it is the default, and no policy matches the VM's labels" },
        {
            "tier=gold,zone=a", null, "gold-a", SelectedBy.Labels,
            "its labels tier=gold, zone=a match (2 labels; 'gold' with 1 label and 'zone-a' with 1 label match too)"
        },
        {
            "tier=silver", null, "silver", SelectedBy.Labels,
            "its label tier=silver matches (1 label; 'silver-too' with 1 label matches too, and of equals the first by name is taken)"
        },
        { "tier=gold,zone=a", "silver", "silver", SelectedBy.Request, "the request names it" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Should_select_the_best_match(string labels, string? named, string expected, SelectedBy by, string reason)
    {
        var selected = PolicySelection.Select(new ResolvePolicy(Vm, Labels(labels), named), Catalogue);

        selected.By.ShouldBe(by);
        selected.Answer.Error.ShouldBe("");
        selected.Answer.Effective.ShouldNotBeNull().Policy.Name.ShouldBe(expected);
        selected.Answer.Effective.Reason.ShouldBe(reason);
    }

    [Fact]
    public void Should_prefer_the_override_to_labels()
    {
        var selected = PolicySelection.Select(new ResolvePolicy(Other, Labels("tier=gold")), Catalogue);

        selected.By.ShouldBe(SelectedBy.Override);
        selected.Answer.Effective.ShouldNotBeNull().Policy.Name.ShouldBe("silver");
        selected.Answer.Effective.Reason.ShouldBe("policy override for the VM, set by jane at 2026-01-02 03:04:05Z");
    }

    [Fact]
    public void Should_prefer_the_policy_named_by_the_request_to_the_override() =>
        PolicySelection.Select(new ResolvePolicy(Other, Labels(""), "gold"), Catalogue).Answer.Effective.ShouldNotBeNull().Policy.Name.ShouldBe("gold");

    [Fact]
    public void Should_return_the_current_version()
    {
        var catalogue = Catalogue with { Policies = [View("calm") with { Version = 7 }] };

        PolicySelection.Select(new ResolvePolicy(Vm, Labels("")), catalogue).Answer.Effective.ShouldNotBeNull().Version.ShouldBe(7);
    }

    [Theory]
    [InlineData("glod", "there is no policy 'glod'; did you mean gold?")]
    [InlineData("SILVER", "there is no policy 'SILVER'; did you mean silver?")]
    [InlineData("platinum", "there is no policy 'platinum'; accepted: calm, gold, gold-a, silver, silver-too, zone-a")]
    public void Should_suggest_similar_names(string named, string error)
    {
        var selected = PolicySelection.Select(new ResolvePolicy(Vm, Labels("tier=gold"), named), Catalogue);

        selected.Answer.Effective.ShouldBeNull();
        selected.Answer.Error.ShouldBe(error);
    }

    [Theory]
    [InlineData("gold", SelectedBy.Request, "policy 'gold' cannot be read from the store: it is torn")]
    [InlineData(null, SelectedBy.Override, "policy override for the VM: policy 'gold' cannot be read from the store: it is torn")]
    public void Should_not_fall_back_from_an_unreadable_policy(string? named, SelectedBy by, string error)
    {
        var catalogue = Torn with { Overrides = [new(Vm, "gold", "jane", default)] };

        var selected = PolicySelection.Select(new ResolvePolicy(Vm, Labels(""), named), catalogue);

        selected.By.ShouldBe(by);
        selected.Answer.Effective.ShouldBeNull();
        selected.Answer.Error.ShouldBe(error);
    }

    [Fact]
    public void Should_not_fall_back_from_an_unreadable_default()
    {
        var selected = PolicySelection.Select(new ResolvePolicy(Vm, Labels("")), Torn with { Default = "gold" });

        selected.Answer.Effective.ShouldBeNull();
        selected.Answer.Error.ShouldBe("the default: policy 'gold' cannot be read from the store: it is torn");
    }

    [Fact]
    public void Should_list_unreadable_policies_in_the_reason() =>
        PolicySelection.Select(new ResolvePolicy(Vm, Labels("zone=a")), Torn).Answer.Effective.ShouldNotBeNull().Reason
            .ShouldBe("its label zone=a matches. Not considered, because they cannot be read from the store: gold");

    private static PolicyCatalogue Torn => Catalogue with
    {
        Policies = [.. Catalogue.Policies.Where(view => !view.Policy.Name.StartsWith("gold", StringComparison.Ordinal))],
        Unreadable = new Dictionary<string, string> { ["gold"] = "it is torn" },
    };

    private static Dictionary<string, string> Labels(string text) =>
        text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(label => label.Split('=')).ToDictionary(label => label[0], label => label[1]);

    private static PolicyView View(string name, params (string Name, string Value)[] labels) => new(
        new MigrationPolicy
        {
            Name = name,
            Description = "d",
            Select = labels.Length == 0 ? null : labels.ToDictionary(label => label.Name, label => label.Value),
        },
        1,
        name == "calm");
}
