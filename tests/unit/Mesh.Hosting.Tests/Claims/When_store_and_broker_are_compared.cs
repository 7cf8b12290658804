using Mesh.Hosting.Claims;

namespace Mesh.Hosting.Tests.Claims;

public sealed class When_store_and_broker_are_compared
{
    private const string Here = "rabbit:5672/";
    private const string Elsewhere = "other:5672/";

    [Theory]
    [InlineData(null, new string?[] { null, null })]
    [InlineData(null, new string?[] { "a", null })]
    [InlineData(Here, new string?[] { "a", "a" })]
    [InlineData(Here, new string?[] { null, null })]
    [InlineData(Elsewhere, new string?[] { "a", "a" })]
    [InlineData(Elsewhere, new string?[] { "a", null })]
    public void They_fit_where_none_is_taken_or_each_knows_the_other(string? known, string?[] owners) =>
        ClaimRules.FindConflict(new StoreClaim("a", known), Here, owners).ShouldBeNull();

    [Theory]
    [InlineData(null, new string?[] { "b", "b" })]
    [InlineData(null, new string?[] { null, "b" })]
    [InlineData(Here, new string?[] { "b", "b" })]
    [InlineData(Elsewhere, new string?[] { "a", "b" })]
    public void A_broker_of_another_store_is_refused_and_the_store_named(string? known, string?[] owners) =>
        ClaimRules.FindConflict(new StoreClaim("a", known), Here, owners).ShouldNotBeNull()
            .ShouldStartWith("the broker rabbit:5672/ is claimed by another store: b. Two meshes on one broker would answer for each other. ");

    [Fact]
    public void A_store_of_another_broker_is_refused_and_both_are_named()
    {
        var conflict = ClaimRules.FindConflict(new StoreClaim("a", Elsewhere), Here, [null, null]).ShouldNotBeNull();
        conflict.ShouldStartWith("this store is claimed with the broker other:5672/, and the hosts of its mesh are connected there; the broker given is rabbit:5672/. ");
        conflict.ShouldContain("mesh doctor --release-claim");
    }

    [Fact]
    public void A_claimed_store_is_not_used_without_its_broker()
    {
        ClaimRules.FindConflictInMemory(null).ShouldBeNull();
        ClaimRules.FindConflictInMemory(new StoreClaim("a", null)).ShouldBeNull();
        ClaimRules.FindConflictInMemory(new StoreClaim("a", Here)).ShouldNotBeNull().ShouldStartWith("this store is claimed with the broker rabbit:5672/");
    }

    [Theory]
    [InlineData("amqp://rabbit", "rabbit:5672/")]
    [InlineData("amqp://Rabbit:5672/", "rabbit:5672/")]
    [InlineData("amqp://ann:secret@rabbit:5672/%2F", "rabbit:5672/")]
    [InlineData("amqps://rabbit", "rabbit:5671/")]
    [InlineData("amqp://rabbit:5673/mesh%20a", "rabbit:5673/mesh a")]
    public void An_address_has_no_password_and_one_spelling(string broker, string address) => BrokerAddress.Of(broker).ShouldBe(address);
}
