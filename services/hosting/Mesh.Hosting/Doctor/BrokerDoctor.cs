using System.Globalization;
using System.Text;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Mesh.Hosting.Doctor;

/// <summary>
/// Examines the mesh's queues on a RabbitMQ broker: how many messages wait, and which are in the error queues and why. It consumes
/// nothing and declares nothing.
/// </summary>
public sealed class BrokerDoctor
{
    private const string Check = "broker";
    private const string ErrorSuffix = "_error";
    private const string SkippedSuffix = "_skipped";

    /// <summary>How many messages of an error queue are read; the rest is only counted.</summary>
    private const int ReadMax = 50;

    private static readonly TimeSpan ConnectionTimeout = TimeSpan.FromSeconds(5);

    private readonly BusOptions _options;
    private readonly IReadOnlyList<string> _queues;

    /// <summary>A doctor for the configured broker and the queues of all registered handlers.</summary>
    public BrokerDoctor(IOptions<BusOptions> options, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _queues = BusEndpoint.GetQueues(services);
    }

    /// <summary>Adds the findings on the broker to those on the store.</summary>
    /// <param name="report">The findings on the store; it names the hosts whose queues are examined.</param>
    /// <param name="cancellation">Ends the diagnosis.</param>
    public async Task<DoctorReport> DiagnoseAsync(DoctorReport report, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (queues, findings) = (new List<QueueState>(), new List<DoctorFinding>());
        try
        {
            var factory = new ConnectionFactory
            {
                Uri = new Uri(_options.Broker),
                AutomaticRecoveryEnabled = false,
                RequestedConnectionTimeout = ConnectionTimeout,
                ClientProvidedName = "mesh doctor",
            };
            await using var connection = await factory.CreateConnectionAsync(cancellation);
            foreach (var queue in _queues.Concat(report.AgentQueues).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                await CheckQueueAsync(connection, queue, queues, findings, cancellation);
        }
        catch (Exception e) when (e is BrokerUnreachableException or RabbitMQClientException or IOException or TimeoutException)
        {
            findings.Add(DoctorFinding.Problem(Check, "the broker", $"cannot be reached: {e.GetBaseException().Message}"));
        }

        return report with
        {
            Queues = queues,
            Findings = [.. report.Findings, .. findings],
            Checked = [.. report.Checked, $"{queues.Count} queues"],
        };
    }

    private static async Task CheckQueueAsync(
        IConnection connection, string queue, List<QueueState> queues, List<DoctorFinding> findings, CancellationToken cancellation)
    {
        if (await GetStateAsync(connection, queue, cancellation) is { } state)
        {
            queues.Add(state);
            if (state is { Waiting: > 0, Consumers: 0 })
                findings.Add(DoctorFinding.Notice(Check, $"queue {queue}", $"{state.Waiting} waiting, and no consumer is connected"));
        }

        foreach (var aside in (string[])[queue + ErrorSuffix, queue + SkippedSuffix])
            if (await GetStateAsync(connection, aside, cancellation) is { Waiting: > 0 } failed)
            {
                queues.Add(failed);
                await ReadReasonsAsync(connection, failed, findings, cancellation);
            }
    }

    // Asking for a queue that does not exist closes the channel, so each request has its own.
    private static async Task<QueueState?> GetStateAsync(IConnection connection, string queue, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        try
        {
            var declared = await channel.QueueDeclarePassiveAsync(queue, cancellation);
            return new QueueState(queue, declared.MessageCount, declared.ConsumerCount);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return null;
        }
    }

    // Messages that are fetched and not acknowledged return to their place when the channel closes.
    private static async Task ReadReasonsAsync(IConnection connection, QueueState queue, List<DoctorFinding> findings, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        var reasons = new Dictionary<string, (int Count, string? Last)>(StringComparer.Ordinal);
        var read = 0;
        while (read < ReadMax && await channel.BasicGetAsync(queue.Name, autoAck: false, cancellation) is { } message)
        {
            read++;
            var reason = Header(message, "MT-Fault-Message") ?? Header(message, "MT-Reason") ?? "no reason given";
            var (count, last) = reasons.GetValueOrDefault(reason);
            reasons[reason] = (count + 1, Header(message, "MT-Fault-Timestamp") ?? last);
        }

        foreach (var (reason, (count, last)) in reasons)
            findings.Add(DoctorFinding.Problem(
                Check,
                $"queue {queue.Name}",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{count} of {queue.Waiting} messages failed: {reason}{(last is null ? "" : $" (last at {last})")}")));
    }

    private static string? Header(BasicGetResult message, string name) => message.BasicProperties.Headers?.TryGetValue(name, out var value) is true
        ? value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)
        : null;
}
