using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Tests.Bus;

/// <summary>A handler that gets the message as it came decides what of it counts.</summary>
public sealed class When_a_message_is_refused
{
    [Fact]
    public async Task It_goes_to_the_error_queue_at_once_without_a_log_entry_and_the_next_is_handled()
    {
        var (mesh, aside, log) = (new JsonRecorder(), new Recorder<HostReport>(), new ErrorLog());
        await using var host = await BusHost.StartAsync(services => services
            .AddSingleton<ILoggerProvider>(log)
            .AddJsonHandler<HostReport>(AgentQueues.HostReports, _ => mesh, ordered: true)
            .AddQueueHandler<HostReport>($"{AgentQueues.HostReports}_error", _ => aside));

        await host.Bus.SendAsync(AgentQueues.HostReports, Report(sequence: 0));
        await host.Bus.SendAsync(AgentQueues.HostReports, Report(sequence: 7));

        (await mesh.Received.Reader.ReadAsync(TestContext.Current.CancellationToken)).GetProperty("sequence").GetInt64().ShouldBe(7);
        (await aside.NextAsync()).Sequence.ShouldBe(0);
        mesh.Attempts.ShouldBe(2, "a refused message is not tried again");
        log.Errors.ShouldBeEmpty();
    }

    private static HostReport Report(long sequence) => new(new HostName("hosta"), 1, sequence, DateTimeOffset.UnixEpoch, true, Array.Empty<VmStatusReport>(), []);

    private sealed class JsonRecorder : IJsonMessageHandler<HostReport>
    {
        private int _attempts;

        public int Attempts => _attempts;

        public Channel<JsonElement> Received { get; } = Channel.CreateUnbounded<JsonElement>();

        public async Task HandleAsync(JsonElement json, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _attempts);
            if (json.GetProperty("sequence").GetInt64() == 0)
                throw new MessageRefusedException("invalid report from host hosta: sequence is 0");
            await Received.Writer.WriteAsync(json, cancellation);
        }
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Errors { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Errors.Enqueue(formatter(state, exception));
        }

        public void Dispose()
        {
        }
    }
}
