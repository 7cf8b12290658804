using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Tests.Values;

public sealed class MigrationLimitsTests
{
    [Theory]
    [InlineData(8, 6400)]
    [InlineData(1, 800)]
    [InlineData(0.25, 800)]
    [InlineData(2.5, 2000)]
    public void Time_is_allowed_for_each_GiB_and_less_than_one_counts_as_one(double gibibytes, int seconds) =>
        new MigrationLimits().CompletionTimeoutFor(Bytes.FromGibibytes(gibibytes)).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void An_explicit_limit_takes_precedence_over_the_one_per_GiB() =>
        new MigrationLimits { CompletionTimeout = TimeSpan.FromMinutes(1) }.CompletionTimeoutFor(Bytes.FromGibibytes(8)).ShouldBe(TimeSpan.FromMinutes(1));

    [Fact]
    public void Zero_means_never()
    {
        new MigrationLimits { CompletionTimeout = TimeSpan.Zero }.CompletionTimeoutFor(Bytes.FromGibibytes(8)).ShouldBeNull();
        new MigrationLimits { CompletionTimeoutPerGiB = TimeSpan.Zero }.CompletionTimeoutFor(Bytes.FromGibibytes(8)).ShouldBeNull();
        new MigrationLimits { ProgressTimeout = TimeSpan.Zero }.EffectiveProgressTimeout.ShouldBeNull();
    }

    [Fact]
    public void The_shipped_limits_are_150_s_without_progress_and_800_s_per_GiB()
    {
        var limits = new MigrationLimits();

        limits.EffectiveProgressTimeout.ShouldBe(TimeSpan.FromSeconds(150));
        limits.CompletionTimeoutFor(Bytes.FromGibibytes(1)).ShouldBe(TimeSpan.FromSeconds(800));
        limits.ProgressTimeout.ShouldBeNull("a request without a limit takes the policy's");
        limits.CompletionTimeoutPerGiB.ShouldBeNull();
        limits.CompletionTimeout.ShouldBeNull();
        limits.StallingLimit.ShouldBeNull();
        limits.EnableDowntimeThread.ShouldBeFalse();
    }
}
