using Mesh.Contracts.Events;
using Mesh.Gateway.Live;

namespace Mesh.Gateway.Tests;

public sealed class EventBufferTests
{
    [Fact]
    public void Events_come_out_in_the_order_they_went_in()
    {
        var buffer = new EventBuffer(10);
        foreach (var happened in (MigrationEvent[])[Some.Progressed("m1", 1), Some.Stalled("m1"), Some.Ended("m1")])
            buffer.TryAdd(happened).ShouldBeTrue();

        Drain(buffer).ShouldBe(["progressed 1", "stalled", "ended"]);
    }

    [Fact]
    public void A_full_buffer_drops_the_oldest_progress_first()
    {
        var buffer = new EventBuffer(3);
        foreach (var happened in (MigrationEvent[])[Some.Stalled("m1"), Some.Progressed("m1", 1), Some.Progressed("m1", 2), Some.Progressed("m1", 3), Some.Ended("m1")])
            buffer.TryAdd(happened).ShouldBeTrue();

        Drain(buffer).ShouldBe(["stalled", "progressed 3", "ended"]);
        buffer.IsClosed.ShouldBeFalse();
    }

    [Fact]
    public void A_buffer_full_of_what_may_not_be_dropped_passes_over_progress_and_closes_for_the_rest()
    {
        var buffer = new EventBuffer(2);
        buffer.TryAdd(Some.Stalled("m1"));
        buffer.TryAdd(Some.Ended("m1"));

        buffer.TryAdd(Some.Progressed("m2", 1)).ShouldBeTrue();
        buffer.IsClosed.ShouldBeFalse();
        buffer.TryAdd(Some.Ended("m2")).ShouldBeFalse();

        buffer.IsClosed.ShouldBeTrue();
        Drain(buffer).ShouldBe(["stalled", "ended"]);
        buffer.WaitAsync().IsCompleted.ShouldBeTrue();
        buffer.TryAdd(Some.Stalled("m1")).ShouldBeFalse();
    }

    [Fact]
    public void A_reader_is_woken_once_for_what_waits()
    {
        var buffer = new EventBuffer(2);
        buffer.WaitAsync().IsCompleted.ShouldBeFalse();
        buffer.TryAdd(Some.Stalled("m1"));
        buffer.WaitAsync().IsCompleted.ShouldBeTrue();

        buffer.TryTake().ShouldNotBeNull();
        buffer.TryTake().ShouldBeNull();
        buffer.WaitAsync().IsCompleted.ShouldBeFalse();
    }

    private static List<string> Drain(EventBuffer buffer)
    {
        List<string> seen = [];
        while (buffer.TryTake() is { } happened)
            seen.Add(happened is MigrationProgressed progressed ? $"progressed {progressed.Progress.Value}" : EventNames.Of(happened));
        return seen;
    }
}
