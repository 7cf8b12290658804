using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;

namespace Mesh.Contracts.Tests.Values;

public sealed class AmountTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1 KiB")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(1 << 20, "1 MiB")]
    [InlineData(3L << 29, "1.5 GiB")]
    [InlineData(1L << 40, "1024 GiB")]
    [InlineData(-2048, "-2 KiB")]
    public void An_amount_is_shown_in_the_largest_unit_that_keeps_it_at_one_or_more(long count, string shown) =>
        new Bytes(count).ToString().ShouldBe(shown);

    [Fact]
    public void A_rate_and_a_percentage_are_shown_with_their_units()
    {
        BytesPerSecond.FromMebibytes(32).ToString().ShouldBe("32 MiB/s");
        new Percent(20).ToString().ShouldBe("20 %");
    }

    [Fact]
    public void Amounts_are_converted_by_powers_of_two()
    {
        Bytes.FromKibibytes(1).Count.ShouldBe(1024);
        Bytes.FromMebibytes(1).Count.ShouldBe(1 << 20);
        Bytes.FromGibibytes(0.5).Count.ShouldBe(1 << 29);
        new Bytes(1 << 20).Mebibytes.ShouldBe(1);
        new Bytes(1 << 30).Gibibytes.ShouldBe(1);
        BytesPerSecond.FromMebibytes(2).Mebibytes.ShouldBe(2);
    }

    [Fact]
    public void Amounts_can_be_added_and_compared()
    {
        var (one, two) = (new Bytes(1), new Bytes(2));

        (one + one).ShouldBe(two);
        (one - two).ShouldBe(new Bytes(-1));
        (one < two && one <= two && two > one && two >= one).ShouldBeTrue();
        one.CompareTo(two).ShouldBeLessThan(0);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(100, 100, 0)]
    [InlineData(100, 25, 0.75)]
    [InlineData(100, 0, 1)]
    [InlineData(100, 150, 0)]
    public void The_copied_fraction_is_between_0_and_1(long total, long remaining, double fraction) =>
        new TransferProgress(new Bytes(total), new Bytes(remaining), Bytes.Zero).Fraction.ShouldBe(fraction);

    [Fact]
    public void Two_copies_can_be_added()
    {
        var memory = new TransferProgress(new Bytes(100), new Bytes(50), new Bytes(70));
        var disk = new TransferProgress(new Bytes(300), new Bytes(50), new Bytes(250));

        (memory + disk).ShouldBe(new TransferProgress(new Bytes(400), new Bytes(100), new Bytes(320)));
        (memory + TransferProgress.None).ShouldBe(memory);
    }
}
