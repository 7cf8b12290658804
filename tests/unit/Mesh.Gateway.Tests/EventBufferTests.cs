using Mesh.Contracts.Events;
using Mesh.Gateway.Live;

namespace Mesh.Gateway.Tests;

public sealed class EventBufferTests
{
    [Fact]
    public void Events_are_returned_in_order()
    {
        var buffer = new EventBuffer(10);
        foreach (var migrationEvent in (MigrationEvent[])[TestData.Progressed("m1", 1), TestData.Stalled("m1"), TestData.Ended("m1")])
            buffer.TryAdd(migrationEvent).ShouldBeTrue();

        Drain(buffer).ShouldBe(["progressed 1", "stalled", "ended"]);
    }

    [Fact]
    public void A_full_buffer_drops_the_oldest_progress_first()
    {
        var buffer = new EventBuffer(3);
        foreach (var migrationEvent in (MigrationEvent[])[TestData.Stalled("m1"), TestData.Progressed("m1", 1), TestData.Progressed("m1", 2), TestData.Progressed("m1", 3), TestData.Ended("m1")])
            buffer.TryAdd(migrationEvent).ShouldBeTrue();

        Drain(buffer).ShouldBe(["stalled", "progressed 3", "ended"]);
        buffer.IsClosed.ShouldBeFalse();
    }

    [Fact]
    public void A_buffer_full_of_other_events_skips_progress_and_closes_otherwise()
    {
        var buffer = new EventBuffer(2);
        buffer.TryAdd(TestData.Stalled("m1"));
        buffer.TryAdd(TestData.Ended("m1"));

        buffer.TryAdd(TestData.Progressed("m2", 1)).ShouldBeTrue();
        buffer.IsClosed.ShouldBeFalse();
        buffer.TryAdd(TestData.Ended("m2")).ShouldBeFalse();

        buffer.IsClosed.ShouldBeTrue();
        Drain(buffer).ShouldBe(["stalled", "ended"]);
        buffer.WaitAsync().IsCompleted.ShouldBeTrue();
        buffer.TryAdd(TestData.Stalled("m1")).ShouldBeFalse();
    }

    [Fact]
    public void A_reader_is_signalled_while_events_are_buffered()
    {
        var buffer = new EventBuffer(2);
        buffer.WaitAsync().IsCompleted.ShouldBeFalse();
        buffer.TryAdd(TestData.Stalled("m1"));
        buffer.WaitAsync().IsCompleted.ShouldBeTrue();

        buffer.TryTake().ShouldNotBeNull();
        buffer.TryTake().ShouldBeNull();
        buffer.WaitAsync().IsCompleted.ShouldBeFalse();
    }

    private static List<string> Drain(EventBuffer buffer)
    {
        List<string> seen = [];
        while (buffer.TryTake() is { } migrationEvent)
            seen.Add(migrationEvent is MigrationProgressed progressed ? $"progressed {progressed.Progress.Value}" : EventNames.GetName(migrationEvent));
        return seen;
    }
}
