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
    public async Task Its_answer_is_returned()
    {
        await using var host = await BusHost.StartAsync(services => Answer(services, abort => new AbortAnswer(AbortResult.Aborting, $"aborted by {abort.RequestedBy}")));

        var answer = await host.Bus.RequestAsync<AbortMigration, AbortAnswer>(Queue, Abort);

        answer.ShouldBe(new AbortAnswer(AbortResult.Aborting, "aborted by somebody"));
    }

    [Fact]
    public async Task Requests_of_several_kinds_share_a_queue()
    {
        await using var host = await BusHost.StartAsync(services => Answer(services, _ => new AbortAnswer(AbortResult.NotFound, ""))
            .AddRequestHandler<ListHosts, HostList>(Queue, _ => new Responder<ListHosts, HostList>(_ => new HostList([], []))));

        (await host.Bus.RequestAsync<ListHosts, HostList>(Queue, new ListHosts())).Hosts.ShouldBeEmpty();
        (await host.Bus.RequestAsync<AbortMigration, AbortAnswer>(Queue, Abort)).Result.ShouldBe(AbortResult.NotFound);
    }

    [Fact]
    public async Task A_request_that_fails_reports_why()
    {
        await using var host = await BusHost.StartAsync(services => Answer(services, _ => throw new InvalidOperationException("the store is on fire")));

        var failure = await Should.ThrowAsync<BusRequestException>(() => host.Bus.RequestAsync<AbortMigration, AbortAnswer>(Queue, Abort));

        failure.Message.ShouldBe($"AbortMigration failed at '{Queue}': the store is on fire");
    }

    [Fact]
    public async Task A_request_without_an_answer_times_out()
    {
        await using var host = await BusHost.StartAsync(_ => { }, ("Bus:RequestTimeout", "00:00:00.2"));

        var failure = await Should.ThrowAsync<BusRequestException>(() => host.Bus.RequestAsync<AbortMigration, AbortAnswer>("nobody", Abort));

        failure.Message.ShouldBe("no answer to AbortMigration from 'nobody' within 0.2 s");
    }

    [Fact]
    public async Task A_request_without_a_connection_times_out_whatever_clock_the_services_use()
    {
        using var host = BusHost.Build(services => services.AddSingleton<TimeProvider>(new ManualTimeProvider()), ("Bus:RequestTimeout", "00:00:00.2"));

        // The bus has not been started.
        var requesting = host.Services.GetRequiredService<IMessageBus>().RequestAsync<AbortMigration, AbortAnswer>(Queue, Abort);
        var failure = await Should.ThrowAsync<BusRequestException>(() => requesting.WaitAsync(TimeSpan.FromSeconds(30)));

        failure.Message.ShouldBe($"AbortMigration could not be sent to '{Queue}': there has been no connection to the broker for 0.2 s");
    }

    [Fact]
    public async Task A_request_ends_when_its_caller_cancels_it()
    {
        await using var host = await BusHost.StartAsync(_ => { });
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Should.ThrowAsync<OperationCanceledException>(() => host.Bus.RequestAsync<AbortMigration, AbortAnswer>("nobody", Abort, cancelled.Token));
    }

    private static IServiceCollection Answer(IServiceCollection services, Func<AbortMigration, AbortAnswer> answer) =>
        services.AddRequestHandler<AbortMigration, AbortAnswer>(Queue, _ => new Responder<AbortMigration, AbortAnswer>(answer));

    private sealed class Responder<TRequest, TReply>(Func<TRequest, TReply> answer) : IRequestHandler<TRequest, TReply>
        where TRequest : class
        where TReply : class
    {
        public Task<TReply> AnswerAsync(TRequest request, CancellationToken cancellation) => Task.FromResult(answer(request));
    }
}
