namespace Mesh.Scheduler.Batch;

/// <summary>Evens out how long the hosts' links take in what is placed, because the slowest of them decides when all is done.</summary>
internal static class BatchBalance
{
    // In fair shares: less is not worth a step.
    private const double Worthwhile = 1e-3;

    /// <summary>Moves items off the host whose link takes longest, or exchanges them for smaller ones, as long as that helps.</summary>
    public static void Run(BatchBoard board)
    {
        var fair = BatchGreedy.FairSeconds(board);
        for (var step = 0; step < 4 * board.Items; step++)
            if (Slowest(board) is var slowest && (board.Seconds(slowest) <= (1 + Worthwhile) * fair || (!TryMove(board, slowest, fair) && !TryExchange(board, slowest, fair))))
                return;
    }

    private static int Slowest(BatchBoard board)
    {
        var slowest = 0;
        for (var host = 1; host < board.Hosts; host++)
            if (board.Seconds(host) > board.Seconds(slowest))
                slowest = host;
        return slowest;
    }

    private static bool TryMove(BatchBoard board, int from, double fair)
    {
        var (bestItem, bestHost, most) = (-1, -1, Worthwhile);
        foreach (var item in board.ItemsOn(from).ToArray())
        {
            if (board.Load(item) <= 0)
                continue;
            for (var host = 0; host < board.Hosts; host++)
                if (host != from && Gain(board, from, item, host, BatchBoard.Nowhere, fair) is var gain && gain > most && FitsInstead(board, item, host))
                    (bestItem, bestHost, most) = (item, host, gain);
        }

        if (bestItem < 0)
            return false;
        board.Take(bestItem);
        board.Put(bestItem, bestHost);
        return true;
    }

    private static bool FitsInstead(BatchBoard board, int item, int host)
    {
        var from = board.Take(item);
        var fits = board.Fits(item, host);
        board.Put(item, from);
        return fits;
    }

    private static bool TryExchange(BatchBoard board, int from, double fair)
    {
        foreach (var item in board.ItemsOn(from).ToArray())
            for (var host = 0; host < board.Hosts; host++)
                if (host != from && board.IsAllowed(item, host) && board.Seconds(host) < board.Seconds(from))
                    foreach (var other in board.ItemsOn(host).ToArray())
                        if (Gain(board, from, item, host, other, fair) > Worthwhile && board.IsAllowed(other, from) && TryExchange(board, item, other))
                            return true;
        return false;
    }

    private static bool TryExchange(BatchBoard board, int item, int other)
    {
        var (from, host) = (board.Take(item), board.Take(other));
        if (board.Fits(item, host))
        {
            board.Put(item, host);
            if (board.Fits(other, from))
            {
                board.Put(other, from);
                return true;
            }

            board.Take(item);
        }

        board.Put(item, from);
        board.Put(other, host);
        return false;
    }

    // How much lower the higher of both links becomes, in fair shares, less what the items like their new hosts worse.
    private static double Gain(BatchBoard board, int from, int item, int to, int other, double fair)
    {
        var isExchange = other != BatchBoard.Nowhere;
        var after = Math.Max(
            board.Seconds(from) - board.Seconds(item, from) + (isExchange ? board.Seconds(other, from) : 0),
            board.Seconds(to) + board.Seconds(item, to) - (isExchange ? board.Seconds(other, to) : 0));
        var cost = board.Cost(item, to) - board.Cost(item, from) + (isExchange ? board.Cost(other, from) - board.Cost(other, to) : 0);
        return ((board.Seconds(from) - after) / fair) - cost;
    }
}
