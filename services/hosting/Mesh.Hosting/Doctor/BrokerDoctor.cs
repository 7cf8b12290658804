using System.Globalization;
using System.Text;
using Mesh.Hosting.Bus;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Mesh.Hosting.Doctor;

/// <summary>
/// Looks at the mesh's queues on a RabbitMQ broker: what waits in them, and what lies in their error queues and why. It reads without
/// taking anything away, and declares nothing.
/// </summary>
public sealed class BrokerDoctor
{
    private const string Check = "broker";
    private const string ErrorSuffix = "_error";
    private const string SkippedSuffix = "_skipped";

    /// <summary>So many messages of an error queue are read; the others are counted.</summary>
    private const int ReadMax = 50;

    private static readonly TimeSpan ConnectionTimeout = TimeSpan.FromSeconds(5);

    private readonly BusOptions _options;
    private readonly IReadOnlyList<string> _queues;

    /// <summary>A doctor of the configured broker, for the queues of everything that is registered to listen.</summary>
    public BrokerDoctor(IOptions<BusOptions> options, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _queues = BusEndpoint.GetQueues(services);
    }

    /// <summary>Adds what the broker says to what was found in the store.</summary>
    /// <param name="report">What was found in the store; it names the hosts whose queues are looked at.</param>
    /// <param name="cancellation">Ends the examination.</param>
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
            findings.Add(DoctorFinding.Problem(Check, "the broker", $"it cannot be reached: {e.GetBaseException().Message}"));
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
                findings.Add(DoctorFinding.Notice(Check, $"queue {queue}", $"{state.Waiting} wait, and nobody reads the queue now"));
        }

        foreach (var aside in (string[])[queue + ErrorSuffix, queue + SkippedSuffix])
            if (await GetStateAsync(connection, aside, cancellation) is { Waiting: > 0 } failed)
            {
                queues.Add(failed);
                await ReadReasonsAsync(connection, failed, findings, cancellation);
            }
    }

    /// <summary>Asking for a queue that is not there closes the channel, so each question has its own.</summary>
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

    // What is got and not acknowledged goes back to its place when the channel closes.
    private static async Task ReadReasonsAsync(IConnection connection, QueueState queue, List<DoctorFinding> findings, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        var reasons = new Dictionary<string, (int Count, string? Last)>(StringComparer.Ordinal);
        var read = 0;
        while (read < ReadMax && await channel.BasicGetAsync(queue.Name, autoAck: false, cancellation) is { } message)
        {
            read++;
            var reason = Header(message, "MT-Fault-Message") ?? Header(message, "MT-Reason") ?? "no reason is given";
            var (count, last) = reasons.GetValueOrDefault(reason);
            reasons[reason] = (count + 1, Header(message, "MT-Fault-Timestamp") ?? last);
        }

        foreach (var (reason, (count, last)) in reasons)
            findings.Add(DoctorFinding.Problem(
                Check,
                $"queue {queue.Name}",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{count} of {queue.Waiting} messages could not be taken: {reason}{(last is null ? "" : $" (last at {last})")}")));
    }

    private static string? Header(BasicGetResult message, string name) => message.BasicProperties.Headers?.TryGetValue(name, out var value) is true
        ? value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)
        : null;
}
