using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Testing.Fixtures;

namespace Mesh.Policy.Host.Tests;

public sealed class When_services_request_policies : IAsyncLifetime
{
    private static readonly VmId Vm = new(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));

    private readonly SqliteFiles _stores = new();
    private string _location = "";
    private PolicyProcess _process = null!;

    public async ValueTask InitializeAsync()
    {
        _location = await _stores.CreateAsync();
        _process = await PolicyProcess.StartAsync(_location);
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _stores.Remove(_location);
    }

    [Fact]
    public async Task Should_be_answered_over_the_bus_on_one_queue()
    {
        (await AskAsync<ApplyPolicy, ApplyPolicyAnswer>(new("name: gold\ndescription: for the best\n", "jane"))).Policy.ShouldNotBeNull().Version.ShouldBe(1);
        (await AskAsync<ListPolicies, PolicyList>(new())).Policies.ShouldContain(view => view.Policy.Name == "gold");
        (await AskAsync<GetPolicy, GetPolicyAnswer>(new("gold"))).Versions.ShouldBe([1]);
        (await AskAsync<SetDefaultPolicy, PolicyAnswer>(new("gold", "jane"))).Succeeded.ShouldBeTrue();
        (await AskAsync<OverridePolicy, PolicyAnswer>(new(Vm: Vm, Name: "virsh", RequestedBy: "jane"))).Succeeded.ShouldBeTrue();
        (await AskAsync<ResolvePolicy, ResolvePolicyAnswer>(new(Vm, new Dictionary<string, string>()))).Effective.ShouldNotBeNull().Policy.Name.ShouldBe("virsh");
        (await AskAsync<DeletePolicy, PolicyAnswer>(new("gold", "jane"))).Explanation.ShouldBe("policy 'gold' is the default; set another default first");
    }

    [Fact]
    public async Task Should_be_answered_over_the_bus_when_nothing_is_found()
    {
        (await AskAsync<ApplyPolicy, ApplyPolicyAnswer>(new("name: gold\n", "jane"))).Diagnostics.ShouldHaveSingleItem().Field.ShouldBe("description");
        (await AskAsync<GetPolicy, GetPolicyAnswer>(new("gold"))).Policy.ShouldBeNull();
        (await AskAsync<ResolvePolicy, ResolvePolicyAnswer>(new(Vm, new Dictionary<string, string>(), "gold"))).Error.ShouldStartWith("there is no policy 'gold'");
        (await AskAsync<OverridePolicy, PolicyAnswer>(new(Vm: Vm, Name: null, RequestedBy: "jane"))).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task Should_be_counted_by_policy_and_by_what_selected_it()
    {
        var counted = new ConcurrentQueue<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == "mesh.policy.resolutions")
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) => counted.Enqueue($"{count} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}"));
        listener.Start();
        await _process.ApplyAsync("name: counted\ndescription: d\nselect: { labels: { counted: \"yes\" } }\n");

        await _process.ResolveAsync(new ResolvePolicy(Vm, new Dictionary<string, string>(), "counted"));
        await _process.ResolveAsync(new ResolvePolicy(Vm, new Dictionary<string, string> { ["counted"] = "yes" }));

        counted.ShouldContain("1 mesh.policy.name=counted mesh.policy.selected_by=request");
        counted.ShouldContain("1 mesh.policy.name=counted mesh.policy.selected_by=labels");
    }

    private Task<TReply> AskAsync<TRequest, TReply>(TRequest request)
        where TRequest : class
        where TReply : class =>
        _process.Bus.RequestAsync<TRequest, TReply>(PolicyQueues.Requests, request);
}
