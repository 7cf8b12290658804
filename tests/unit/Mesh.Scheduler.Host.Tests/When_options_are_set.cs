using System.Text.Json;
using Mesh.Contracts.Scheduling;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Scheduler.Host.Fleets;
using Mesh.Scheduler.Host.Tests.Running;
using Mesh.Testing;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.Options;

namespace Mesh.Scheduler.Host.Tests;

public sealed class When_options_are_set : IAsyncLifetime
{
    private readonly SqliteFiles _stores = new();
    private string _location = "";

    public async ValueTask InitializeAsync() => _location = await _stores.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _stores.Remove(_location);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public void Should_default_to_those_of_the_contracts() => Json(new SchedulingOptions().ToLimits()).ShouldBe(Json(new SchedulingLimits()));

    [Theory]
    [InlineData("ClusterMax", "0", "10001")]
    [InlineData("OutboundPerHost", "0", "1001")]
    [InlineData("InboundPerHost", "0", "1001")]
    [InlineData("PreparingPerHost", "-1", "1001")]
    [InlineData("PostCopyPerLink", "0", "1001")]
    [InlineData("BandwidthFloorMebibytes", "0.9", "1000001")]
    [InlineData("LinkSharePercent", "0", "101")]
    [InlineData("AssumedLinkMebibytes", "0.9", "NaN")]
    [InlineData("HostsTriedMax", "0", "101")]
    [InlineData("BackoffInitial", "-00:00:01", "01:00:01")]
    [InlineData("BackoffMax", "00:00:19", "1.00:00:01")]
    [InlineData("AgeingStep", "00:00:00.9", "1.00:00:01")]
    [InlineData("UnschedulableTimeout", "00:00:00.9", "7.00:00:01")]
    [InlineData("FailurePenaltyTime", "-00:00:01", "7.00:00:01")]
    [InlineData("CpuOvercommit", "0.09", "1001")]
    [InlineData("MemoryReserveMebibytes", "-1", "100000001")]
    [InlineData("Strategy", "-1", "7")]
    public async Task Should_reject_values_out_of_bounds_and_name_the_setting(string name, string tooSmall, string tooLarge)
    {
        foreach (var value in new[] { tooSmall, tooLarge })
            (await Should.ThrowAsync<OptionsValidationException>(() => StartAsync(name, value), value)).Message.ShouldContain(name);
    }

    [Theory]
    [InlineData("ClusterMax", "1", "10000")]
    [InlineData("PreparingPerHost", "0", "1000")]
    [InlineData("BackoffInitial", "00:00:00", "00:10:00")]
    [InlineData("BackoffMax", "00:00:20", "1.00:00:00")]
    [InlineData("FailurePenaltyTime", "00:00:00", "7.00:00:00")]
    [InlineData("CpuOvercommit", "0.1", "1000")]
    [InlineData("Strategy", "spread", "Pack")]
    public async Task Should_accept_values_within_bounds(string name, string least, string most)
    {
        foreach (var value in new[] { least, most })
            await (await StartAsync(name, value)).DisposeAsync();
    }

    [Fact]
    public void Should_become_limits()
    {
        var limits = new SchedulingOptions
        {
            ClusterMax = 11,
            OutboundPerHost = 12,
            InboundPerHost = 13,
            PreparingPerHost = 14,
            PostCopyPerLink = 15,
            BandwidthFloorMebibytes = 16.5,
            LinkSharePercent = 17,
            AssumedLinkMebibytes = 18,
            HostsTriedMax = 19,
            BackoffInitial = TimeSpan.FromSeconds(21),
            BackoffMax = TimeSpan.FromSeconds(22),
            AgeingStep = TimeSpan.FromSeconds(23),
            UnschedulableTimeout = TimeSpan.FromSeconds(24),
            FailurePenaltyTime = TimeSpan.FromSeconds(25),
            CpuOvercommit = 2.6,
            MemoryReserveMebibytes = 27,
            Strategy = PlacementStrategy.Pack,
            ManagementBridges = " mgmt-br, br0 ,, ",
        }.ToLimits();

        Json(limits).ShouldBe(Json(new SchedulingLimits
        {
            ClusterMax = 11,
            OutboundPerHost = 12,
            InboundPerHost = 13,
            PreparingPerHost = 14,
            PostCopyPerLink = 15,
            BandwidthFloor = BytesPerSecond.FromMebibytes(16.5),
            LinkShare = new Percent(17),
            AssumedLink = BytesPerSecond.FromMebibytes(18),
            HostsTriedMax = 19,
            BackoffInitial = TimeSpan.FromSeconds(21),
            BackoffMax = TimeSpan.FromSeconds(22),
            AgeingStep = TimeSpan.FromSeconds(23),
            UnschedulableTimeout = TimeSpan.FromSeconds(24),
            FailurePenaltyTime = TimeSpan.FromSeconds(25),
            CpuOvercommit = 2.6,
            MemoryReserve = Bytes.FromMebibytes(27),
            Strategy = PlacementStrategy.Pack,
            ManagementBridges = ["mgmt-br", "br0"],
        }));
        new SchedulingOptions { ManagementBridges = "" }.ToLimits().ManagementBridges.ShouldBeEmpty();
    }

    private static string Json(SchedulingLimits limits) => JsonSerializer.Serialize(limits, MeshJson.Options);

    private Task<MeshProcess> StartAsync(string name, string value) =>
        MeshProcess.SchedulerAsync(_location, new TestBroker(), new ManualTimeProvider(), ($"Scheduling:{name}", value));
}
