using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mesh.Testing;

/// <summary>Polls for conditions, with a deadline that is reached only if the product is broken.</summary>
public static class Eventually
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="condition">The condition.</param>
    /// <param name="because">Describes the condition in the error message.</param>
    /// <param name="within">The deadline; 30 s by default.</param>
    /// <param name="every">The polling interval; for conditions that are expensive to check.</param>
    /// <param name="expression">The source of the condition, provided by the compiler.</param>
    /// <exception cref="TimeoutException">The condition did not hold in time.</exception>
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

    /// <summary>Waits until a value is available, and returns it.</summary>
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
