using Mesh.Contracts.Migrations;
using Mesh.Contracts.Queries;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Hosting.Tests.Bus;

public sealed class When_a_request_is_sent
{
    private const string Queue = MigrationQueues.Requests;

    private static readonly AbortMigration Abort = new(new MigrationId("m1"), "somebody");

    [Fact]
    public async Task The_answer_comes_back()
    {
        await using var host = await BusHost.StartAsync(services => Answer(services, abort => new AbortAnswer(AbortResult.Aborting, $"aborted by {abort.RequestedBy}")));

        var answer = await host.Bus.RequestAsync<AbortMigration, AbortAnswer>(Queue, Abort);

        answer.ShouldBe(new AbortAnswer(AbortResult.Aborting, "aborted by somebody"));
    }

    [Fact]
    public async Task Requests_of_several_kinds_share_a_queue()
    {
        await using var host = await BusHost.StartAsync(services => Answer(services, _ => new AbortAnswer(AbortResult.NotFound, ""))
            .AddRequestHandler<ListHosts, HostList>(Queue, _ => new Answerer<ListHosts, HostList>(_ => new HostList([], []))));

        (await host.Bus.RequestAsync<ListHosts, HostList>(Queue, new ListHosts())).Hosts.ShouldBeEmpty();
        (await host.Bus.RequestAsync<AbortMigration, AbortAnswer>(Queue, Abort)).Result.ShouldBe(AbortResult.NotFound);
    }

    [Fact]
    public async Task A_request_that_fails_says_why()
    {
        await using var host = await BusHost.StartAsync(services => Answer(services, _ => throw new InvalidOperationException("the store is on fire")));

        var failure = await Should.ThrowAsync<BusRequestException>(() => host.Bus.RequestAsync<AbortMigration, AbortAnswer>(Queue, Abort));

        failure.Message.ShouldBe($"AbortMigration failed at '{Queue}': the store is on fire");
    }

    [Fact]
    public async Task A_request_that_nobody_answers_says_so_after_its_time()
    {
        await using var host = await BusHost.StartAsync(_ => { }, ("Bus:RequestTimeout", "00:00:00.2"));

        var failure = await Should.ThrowAsync<BusRequestException>(() => host.Bus.RequestAsync<AbortMigration, AbortAnswer>("nobody", Abort));

        failure.Message.ShouldBe("no answer to AbortMigration from 'nobody' within 0.2 s");
    }

    [Fact]
    public async Task A_request_over_a_bus_that_cannot_hear_says_so_after_its_time_by_whatever_clock_the_services_go()
    {
        using var host = BusHost.Build(services => services.AddSingleton<TimeProvider>(new ManualTimeProvider()), ("Bus:RequestTimeout", "00:00:00.2"));

        // It has not been started.
        var asking = host.Services.GetRequiredService<IMessageBus>().RequestAsync<AbortMigration, AbortAnswer>(Queue, Abort);
        var failure = await Should.ThrowAsync<BusRequestException>(() => asking.WaitAsync(TimeSpan.FromSeconds(30)));

        failure.Message.ShouldBe($"AbortMigration could not be sent to '{Queue}': there has been no connection to the broker for 0.2 s");
    }

    [Fact]
    public async Task A_request_ends_when_its_asker_gives_up()
    {
        await using var host = await BusHost.StartAsync(_ => { });
        using var givesUp = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Should.ThrowAsync<OperationCanceledException>(() => host.Bus.RequestAsync<AbortMigration, AbortAnswer>("nobody", Abort, givesUp.Token));
    }

    private static IServiceCollection Answer(IServiceCollection services, Func<AbortMigration, AbortAnswer> answer) =>
        services.AddRequestHandler<AbortMigration, AbortAnswer>(Queue, _ => new Answerer<AbortMigration, AbortAnswer>(answer));

    private sealed class Answerer<TRequest, TReply>(Func<TRequest, TReply> answer) : IRequestHandler<TRequest, TReply>
        where TRequest : class
        where TReply : class
    {
        public Task<TReply> AnswerAsync(TRequest request, CancellationToken cancellation) => Task.FromResult(answer(request));
    }
}
