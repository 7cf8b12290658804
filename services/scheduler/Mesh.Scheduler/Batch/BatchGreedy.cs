namespace Mesh.Scheduler.Batch;

/// <summary>Places one item after the other, those first that are hardest to place; what must be together is placed in one piece.</summary>
internal static class BatchGreedy
{
    /// <summary>Onto the host whose link then has the least to take in, among those that are liked best.</summary>
    public static void Spread(BatchBoard board, IReadOnlyList<int[]> blocks)
    {
        var fair = FairSeconds(board);
        Place(board, blocks, (item, host) => ((board.Seconds(host) + board.Seconds(item, host)) / fair) + board.Cost(item, host));
    }

    /// <summary>Onto the host where least room is left then, so that large items that come later still find some.</summary>
    public static void Pack(BatchBoard board, IReadOnlyList<int[]> blocks) => Place(board, blocks, board.Slack);

    /// <summary>How long every link would take if all data were shared out in proportion to what the links carry; above zero.</summary>
    public static double FairSeconds(BatchBoard board)
    {
        double data = 0, rate = 0;
        for (var item = 0; item < board.Items; item++)
            data += board.Load(item);
        for (var host = 0; host < board.Hosts; host++)
            rate += board.LinkRate(host);
        return data > 0 && rate > 0 ? data / rate : 1;
    }

    private static void Place(BatchBoard board, IReadOnlyList<int[]> blocks, Func<int, int, double> badness)
    {
        foreach (var block in blocks)
            if (!PlaceWhole(board, block, badness) && block.Length > 1)
                PlaceMost(board, block);
    }

    private static bool PlaceWhole(BatchBoard board, int[] block, Func<int, int, double> badness)
    {
        var (best, least) = (BatchBoard.Nowhere, double.MaxValue);
        for (var host = 0; host < board.Hosts; host++)
            if (board.Fits(block[0], host) && badness(block[0], host) is var bad && bad < least && (block.Length == 1 || Count(board, block, host) == block.Length))
                (best, least) = (host, bad);
        return best != BatchBoard.Nowhere && Put(board, block, best) == block.Length;
    }

    // Those of a block that cannot all be on one host: as many as possible of them.
    private static void PlaceMost(BatchBoard board, int[] block)
    {
        var (best, most) = (BatchBoard.Nowhere, 0);
        for (var host = 0; host < board.Hosts; host++)
            if (Count(board, block, host) is var count && count > most)
                (best, most) = (host, count);
        if (best != BatchBoard.Nowhere)
            Put(board, block, best);
    }

    private static int Count(BatchBoard board, int[] block, int host)
    {
        var count = Put(board, block, host);
        foreach (var item in block)
            if (board.HostOf(item) != BatchBoard.Nowhere)
                board.Take(item);
        return count;
    }

    private static int Put(BatchBoard board, int[] block, int host)
    {
        var count = 0;
        foreach (var item in block)
            if (board.HostOf(item) == BatchBoard.Nowhere && board.Fits(item, host))
            {
                board.Put(item, host);
                count++;
            }

        return count;
    }
}
