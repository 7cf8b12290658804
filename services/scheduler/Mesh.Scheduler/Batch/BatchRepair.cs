namespace Mesh.Scheduler.Batch;

/// <summary>Makes room for items that found none: another moves on to where it fits too, and that may push a third one on.</summary>
internal static class BatchRepair
{
    private const int ChainMax = 3;

    // For each item that found no room; enough to look at every item on every host once, and at a good part of the chains.
    private const int LooksMax = 20_000;

    /// <summary>Places as many as possible of the items that are nowhere; none that is placed becomes homeless.</summary>
    public static void Run(BatchBoard board, IReadOnlyList<int> order)
    {
        foreach (var item in order)
            if (board.HostOf(item) == BatchBoard.Nowhere)
            {
                var looks = LooksMax;
                for (var depth = 0; depth <= ChainMax && board.HostOf(item) == BatchBoard.Nowhere && looks > 0; depth++)
                    if (!TryPlace(board, item, BatchBoard.Nowhere, depth, ref looks) && depth == 1)
                        TryClear(board, item);
            }
    }

    private static bool TryPlace(BatchBoard board, int item, int notOn, int depth, ref int looks)
    {
        for (var host = 0; host < board.Hosts; host++)
            if (host != notOn && board.Fits(item, host))
            {
                board.Put(item, host);
                return true;
            }

        if (depth == 0)
            return false;
        for (var host = 0; host < board.Hosts; host++)
            if (host != notOn && board.IsAllowed(item, host))
                foreach (var other in board.ItemsOn(host).ToArray())
                {
                    if (--looks <= 0)
                        return false;
                    board.Take(other);
                    if (board.Fits(item, host))
                    {
                        board.Put(item, host);
                        if (TryPlace(board, other, host, depth - 1, ref looks))
                            return true;
                        board.Take(item);
                    }

                    board.Put(other, host);
                }

        return false;
    }

    // A large item may need the room of several small ones.
    private static void TryClear(BatchBoard board, int item)
    {
        for (var host = 0; host < board.Hosts; host++)
        {
            if (!board.IsAllowed(item, host))
                continue;
            var before = board.ToArray();
            var moved = new List<int>();
            foreach (var other in board.ItemsOn(host).OrderByDescending(other => board.Slack(other, host)).ToArray())
            {
                if (board.Fits(item, host))
                    break;
                board.Take(other);
                moved.Add(other);
            }

            if (board.Fits(item, host))
            {
                board.Put(item, host);
                moved.Reverse();
                if (moved.TrueForAll(other => PutElsewhere(board, other)))
                    return;
            }

            board.Restore(before);
        }
    }

    private static bool PutElsewhere(BatchBoard board, int item)
    {
        var (best, least) = (BatchBoard.Nowhere, double.MaxValue);
        for (var host = 0; host < board.Hosts; host++)
            if (board.Fits(item, host) && board.Slack(item, host) is var slack && slack < least)
                (best, least) = (host, slack);
        if (best == BatchBoard.Nowhere)
            return false;
        board.Put(item, best);
        return true;
    }
}
