using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mesh.Testing;

/// <summary>Waits for conditions by looking again and again, with a deadline that only a broken product reaches.</summary>
public static class Eventually
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="because">What it means, for the failure's message.</param>
    /// <param name="within">The deadline; 30 s by default.</param>
    /// <param name="every">How often to look; for looks that cost something.</param>
    /// <param name="expression">The condition's text, given by the compiler.</param>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public static Task HoldsAsync(
        Func<bool> condition, string because = "", TimeSpan? within = null, TimeSpan? every = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "") =>
        HoldsAsync(() => Task.FromResult(condition()), because, within, every, expression);

    /// <summary>Waits until a condition holds.</summary>
    /// <inheritdoc cref="HoldsAsync(Func{bool}, string, TimeSpan?, TimeSpan?, string)" />
    public static async Task HoldsAsync(
        Func<Task<bool>> condition, string because = "", TimeSpan? within = null, TimeSpan? every = null,
        [CallerArgumentExpression(nameof(condition))] string expression = "") =>
        _ = await ReturnsAsync(async () => await condition() ? "" : null, because, within, every, expression);

    /// <summary>Waits until something is there, and gives it.</summary>
    /// <inheritdoc cref="HoldsAsync(Func{bool}, string, TimeSpan?, TimeSpan?, string)" />
    public static async Task<T> ReturnsAsync<T>(
        Func<Task<T?>> probe, string because = "", TimeSpan? within = null, TimeSpan? every = null,
        [CallerArgumentExpression(nameof(probe))] string expression = "")
        where T : class
    {
        ArgumentNullException.ThrowIfNull(probe);
        var deadline = within ?? TimeSpan.FromSeconds(30);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (await probe() is { } found)
                return found;
            if (clock.Elapsed > deadline)
                throw new TimeoutException($"not within {deadline.TotalSeconds:0.#} s: {(because.Length > 0 ? because : expression)}");
            await Task.Delay(every ?? PollInterval);
        }
    }
}
