namespace Mesh.Gateway.Tests;

/// <summary>Waits for a condition that another thread makes true, with a timeout.</summary>
internal static class WaitUntil
{
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(20);

    public static async Task TrueAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(GiveUpAfter);
        while (!condition())
        {
            limit.IsCancellationRequested.ShouldBeFalse("it did not happen in time");
            await Task.Yield();
        }
    }
}
