using System.Collections.Concurrent;
using Mesh.Contracts.Policies;
using Mesh.Contracts.Values;
using Mesh.Hosting.Bus;
using Mesh.Policy.Host.Messages;
using Mesh.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Mesh.Policy.Host.Tests;

/// <summary>The policy service as one process with an in-memory bus; started again on the same store, it is the process after a restart.</summary>
internal sealed class PolicyProcess : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly ListLogger _log;

    private PolicyProcess(IHost host, ListLogger log) => (_host, _log) = (host, log);

    /// <summary>The service's log lines, each with its event id.</summary>
    public IReadOnlyList<string> Log => _log.Lines;

    public static async Task<PolicyProcess> StartAsync(string location, params (string Name, string Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Store:Location", (string?)location), KeyValuePair.Create("Bus:Broker", (string?)"in-memory")]);
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
        var log = new ListLogger();
        builder.Services.AddLogging(logging => logging.AddProvider(log));
        builder.Services.AddSingleton<TimeProvider>(new ManualTimeProvider());
        builder.Services.AddPolicies(builder.Configuration).AddPolicies(builder.Configuration);
        var host = builder.Build();
        await host.StartAsync();
        return new PolicyProcess(host, log);
    }

    public IMessageBus Bus => _host.Services.GetRequiredService<IMessageBus>();

    private PolicyRequestHandler Requests => _host.Services.GetRequiredService<PolicyRequestHandler>();

    private PolicyChangeHandler Changes => _host.Services.GetRequiredService<PolicyChangeHandler>();

    public Task<ResolvePolicyAnswer> ResolveAsync(ResolvePolicy request) => Requests.AnswerAsync(request, default);

    public Task<GetPolicyAnswer> GetAsync(string name, int? version = null) => Requests.AnswerAsync(new GetPolicy(name, version), default);

    public Task<PolicyList> ListAsync() => Requests.AnswerAsync(new ListPolicies(), default);

    public Task<ApplyPolicyAnswer> ApplyAsync(string document, string by = "jane") => Changes.AnswerAsync(new ApplyPolicy(document, by), default);

    public Task<PolicyAnswer> DeleteAsync(string name) => Changes.AnswerAsync(new DeletePolicy(name, "jane"), default);

    public Task<PolicyAnswer> SetDefaultAsync(string name) => Changes.AnswerAsync(new SetDefaultPolicy(name, "jane"), default);

    public Task<PolicyAnswer> OverrideAsync(VmId vm, string? name) => Changes.AnswerAsync(new OverridePolicy(Vm: vm, Name: name, RequestedBy: "jane"), default);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }

    private sealed class ListLogger : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public IReadOnlyList<string> Lines => [.. _lines];

        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Mesh.Policy.", StringComparison.Ordinal) ? this : NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue($"{eventId.Id} {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
