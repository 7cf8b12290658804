using Mesh.Contracts.Migrations;

namespace Mesh.Scheduler.Tests.Checking;

public sealed class When_a_migration_is_refused
{
    public static TheoryData<RefusalCode, string> Refused
    {
        get
        {
            var data = new TheoryData<RefusalCode, string>();
            foreach (var (code, cause, _) in EligibilityCases.Refused)
                data.Add(code, cause);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void Should_refuse_for_exactly_that_reason(RefusalCode code, string cause) =>
        Requested(code, cause).Select(refusal => refusal.Code).Distinct().ShouldBe([code]);

    [Theory]
    [MemberData(nameof(Refused))]
    public void Should_name_the_VM_or_the_host_in_one_line(RefusalCode code, string cause)
    {
        foreach (var message in Requested(code, cause).Select(refusal => refusal.Message))
        {
            // An invalid option is invalid for every VM and host.
            if (code is not (RefusalCode.InvalidOption or RefusalCode.ConflictingOptions))
                (message.Contains("g1", StringComparison.Ordinal) || message.Contains("g7", StringComparison.Ordinal)
                    || message.Contains("host", StringComparison.Ordinal)).ShouldBeTrue(message);
            message.ShouldNotEndWith(".");
            message.ShouldNotContain('\n');
            message.Length.ShouldBeInRange(20, 250);
            message.Trim().ShouldBe(message);
        }
    }

    [Fact]
    public void Should_not_refuse_without_a_cause() => EligibilityCases.Query(Given.Fleet()).Check().ShouldBeEmpty();

    [Fact]
    public void Should_have_a_case_for_every_refusal_code() =>
        EligibilityCases.Refused.Select(one => one.Code).Union(EligibilityCases.OfOtherServices).Order().ShouldBe(Enum.GetValues<RefusalCode>().Order());

    private static IReadOnlyList<Refusal> Requested(RefusalCode code, string cause) =>
        EligibilityCases.Refused.Single(one => one.Code == code && one.Cause == cause).Query.Check();
}
