using Mesh.Contracts.Values;

namespace Mesh.Contracts.Tests.Values;

public sealed class NameTests
{
    public static TheoryData<string> BadNames => ["", " ", "a b", "a/b", "ä", "a\n", "a#b", "a*b"];

    [Theory]
    [MemberData(nameof(BadNames))]
    public void A_name_that_is_invalid_in_a_queue_name_is_rejected_with_what_is_accepted(string name)
    {
        Should.Throw<ArgumentException>(() => new HostName(name)).Message
            .ShouldStartWith($"'{name}' is not a host name: expected 1 to 253 letters, digits, dots, hyphens or underscores.");
        Should.Throw<ArgumentException>(() => new MigrationId(name)).Message
            .ShouldStartWith($"'{name}' is not a migration ID: expected 1 to 64 letters, digits, dots, hyphens or underscores.");
        Should.Throw<ArgumentException>(() => new CommandId(name)).Message
            .ShouldStartWith($"'{name}' is not a command ID: expected 1 to 128 letters, digits, dots, hyphens or underscores.");
        Should.Throw<ArgumentException>(() => new AgentEventId(name)).Message
            .ShouldStartWith($"'{name}' is not an event ID: expected 1 to 128 letters, digits, dots, hyphens or underscores.");
    }

    [Fact]
    public void A_name_has_a_maximum_length()
    {
        new HostName(new string('a', 253)).Value.Length.ShouldBe(253);
        new MigrationId(new string('a', 64)).Value.Length.ShouldBe(64);
        new CommandId(new string('a', 128)).Value.Length.ShouldBe(128);

        Should.Throw<ArgumentException>(() => new HostName(new string('a', 254)));
        Should.Throw<ArgumentException>(() => new MigrationId(new string('a', 65)));
        Should.Throw<ArgumentException>(() => new CommandId(new string('a', 129)));
    }

    [Fact]
    public void Null_is_rejected() => Should.Throw<ArgumentNullException>(() => new HostName(null!));

    [Theory]
    [InlineData("host-a")]
    [InlineData("Host_1.example")]
    [InlineData("7")]
    public void A_valid_name_is_unchanged(string name) => new HostName(name).ToString().ShouldBe(name);

    [Fact]
    public void A_new_migration_id_depends_only_on_the_random_source()
    {
        var name = MigrationId.New(new Random(7)).Value;

        name.ShouldMatch("^[0-9a-f]{12}$");
        MigrationId.New(new Random(7)).Value.ShouldBe(name);
        MigrationId.New(new Random(8)).Value.ShouldNotBe(name);
    }

    [Fact]
    public void A_VM_has_its_libvirt_UUID()
    {
        VmId.Parse("6F9619FF8B86D011B42D00C04FC964FF").ToString().ShouldBe("6f9619ff-8b86-d011-b42d-00c04fc964ff");
        Should.Throw<FormatException>(() => VmId.Parse("web-1"));
    }

    [Fact]
    public void An_event_id_contains_the_attempt_and_the_agent_process()
    {
        AgentEventId.Create(new MigrationId("m1"), new Epoch(7), 1767268800000, 3).Value.ShouldBe("m1.7.1767268800000.3");
        AgentEventId.Create(new MigrationId(new string('a', 64)), new Epoch(long.MaxValue), long.MaxValue, long.MaxValue).Value.Length.ShouldBeLessThanOrEqualTo(128);
    }

    [Fact]
    public void Epochs_are_ordered()
    {
        var first = new Epoch(1);

        first.Next().ShouldBe(new Epoch(2));
        (first < first.Next()).ShouldBeTrue();
        (first > first.Next()).ShouldBeFalse();
        (first >= new Epoch(1) && first <= new Epoch(1)).ShouldBeTrue();
        first.CompareTo(first.Next()).ShouldBeLessThan(0);
    }
}
