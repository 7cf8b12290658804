using System.Globalization;
using System.Text;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Claims;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Mesh.Hosting.Doctor;

/// <summary>
/// Examines the mesh's queues on a RabbitMQ broker: for which store they are claimed, how many messages wait, and which are in the error queues,
/// from whom and why. The diagnosis consumes nothing and declares nothing.
/// </summary>
public sealed class BrokerDoctor
{
    /// <summary>Stands for every error queue.</summary>
    public const string AllQueues = "all";

    private const string Check = "broker";
    private const string Purpose = "mesh doctor";

    /// <summary>How many messages of an error queue are read; the rest is only counted.</summary>
    private const int ReadMax = 50;

    private static readonly string[] AsideSuffixes = ["_error", "_skipped"];

    private readonly BusOptions _options;
    private readonly IReadOnlyList<string> _queues;
    private readonly IReadOnlyList<string> _requestQueues;

    /// <summary>A doctor for the configured broker and the queues of all registered handlers.</summary>
    public BrokerDoctor(IOptions<BusOptions> options, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        (_queues, _requestQueues) = (BusEndpoint.GetQueues(services), BusEndpoint.GetRequestQueues(services));
    }

    /// <summary>Adds the findings on the broker to those on the store.</summary>
    /// <param name="report">The findings on the store; it names the hosts whose queues are examined.</param>
    /// <param name="cancellation">Ends the diagnosis.</param>
    public async Task<DoctorReport> DiagnoseAsync(DoctorReport report, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var (queues, failed, findings) = (new List<QueueState>(), new List<FailedMessage>(), new List<DoctorFinding>());
        var isClaimed = false;
        try
        {
            isClaimed = await BrokerConnector.UseAsync(
                _options,
                Purpose,
                async connection =>
                {
                    var isAnyClaimed = await CheckClaimAsync(connection, report.Claim, findings, cancellation);
                    foreach (var queue in QueuesOf(report))
                        await CheckQueueAsync(connection, queue, queues, failed, findings, cancellation);
                    return isAnyClaimed;
                },
                cancellation);
        }
        catch (Exception e) when (e is BrokerRefusedException or BusRequestException)
        {
            findings.Add(DoctorFinding.Problem(Check, "the broker", e.Message));
        }

        return report with
        {
            Queues = queues,
            FailedMessages = failed,
            Findings = [.. report.Findings, .. findings],
            Checked = [.. report.Checked, .. isClaimed ? ["claim of the broker"] : Array.Empty<string>(), $"{queues.Count} queues"],
        };
    }

    /// <summary>Deletes the messages in error queues; returns how many in each.</summary>
    /// <param name="report">The diagnosis, which names the hosts whose queues there are.</param>
    /// <param name="queue">A queue, or its error queue; or <see cref="AllQueues"/>.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="ProblemException">The broker cannot be reached.</exception>
    /// <returns>The error queues and their numbers of messages; null if the mesh has no such queue.</returns>
    public async Task<IReadOnlyList<QueueState>?> ClearAsync(DoctorReport report, string queue, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        IReadOnlyList<string> wanted =
        [
            .. QueuesOf(report).SelectMany(known => AsideSuffixes.Select(suffix => (known, Aside: known + suffix)))
                .Where(pair => queue == AllQueues || pair.known == queue || pair.Aside == queue).Select(pair => pair.Aside),
        ];
        if (wanted.Count == 0)
            return null;
        return await WithConnectionAsync<IReadOnlyList<QueueState>>(
            async connection =>
            {
                List<QueueState> cleared = [];
                foreach (var aside in wanted)
                    if (await GetStateAsync(connection, aside, cancellation) is { Waiting: > 0 })
                    {
                        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
                        cleared.Add(new QueueState(aside, await channel.QueuePurgeAsync(aside, cancellation), 0));
                    }

                return cleared;
            },
            cancellation);
    }

    /// <summary>Frees the broker for another store.</summary>
    /// <exception cref="ProblemException">A mesh is answering on it, or it cannot be reached.</exception>
    /// <returns>For which store it was claimed; null if for none.</returns>
    public Task<string?> ReleaseClaimAsync(CancellationToken cancellation = default) => WithConnectionAsync(
        async connection =>
        {
            string? owner = null;
            foreach (var queue in _requestQueues)
                if (await GetStateAsync(connection, queue, cancellation) is { Consumers: > 0 })
                    throw new ProblemException($"a mesh is answering on the broker {BrokerAddress.Of(_options.Broker)} (queue {queue} has a consumer): stop it first");
            foreach (var queue in _requestQueues)
            {
                owner = await BrokerClaims.ReadAsync(connection, queue, cancellation) ?? owner;
                await BrokerClaims.ReleaseAsync(connection, queue, cancellation);
            }

            return owner;
        },
        cancellation);

    private IReadOnlyList<string> QueuesOf(DoctorReport report) =>
        [.. _queues.Concat(report.AgentQueues).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private async Task<T> WithConnectionAsync<T>(Func<IConnection, Task<T>> act, CancellationToken cancellation)
    {
        try
        {
            return await BrokerConnector.UseAsync(_options, Purpose, act, cancellation);
        }
        catch (Exception e) when (e is BrokerRefusedException or BusRequestException)
        {
            throw new ProblemException(e.Message, e);
        }
    }

    /// <summary>Reports a conflict between the store's claim and the broker's; returns whether the broker is claimed.</summary>
    private async Task<bool> CheckClaimAsync(IConnection connection, StoreClaim? claim, List<DoctorFinding> findings, CancellationToken cancellation)
    {
        List<string?> owners = [];
        foreach (var queue in _requestQueues)
            owners.Add(await BrokerClaims.ReadAsync(connection, queue, cancellation));
        if (claim is not null && ClaimRules.FindConflict(claim, BrokerAddress.Of(_options.Broker), owners) is { } conflict)
            findings.Add(DoctorFinding.Problem("claim", "store and broker", conflict));
        return owners.Any(owner => owner is not null);
    }

    private static async Task CheckQueueAsync(
        IConnection connection, string queue, List<QueueState> queues, List<FailedMessage> failed, List<DoctorFinding> findings, CancellationToken cancellation)
    {
        if (await GetStateAsync(connection, queue, cancellation) is { } state)
        {
            queues.Add(state);
            if (state is { Waiting: > 0, Consumers: 0 })
                findings.Add(DoctorFinding.Notice(Check, $"queue {queue}", $"{state.Waiting} waiting, and no consumer is connected"));
        }

        foreach (var suffix in AsideSuffixes)
            if (await GetStateAsync(connection, queue + suffix, cancellation) is { Waiting: > 0 } aside)
            {
                queues.Add(aside);
                var messages = await ReadAsync(connection, aside.Name, cancellation);
                failed.AddRange(messages);
                findings.AddRange(Describe(aside, messages));
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
    private static async Task<IReadOnlyList<FailedMessage>> ReadAsync(IConnection connection, string queue, CancellationToken cancellation)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellation);
        List<FailedMessage> messages = [];
        while (messages.Count < ReadMax && await channel.BasicGetAsync(queue, autoAck: false, cancellation) is { } message)
            messages.Add(FailedMessage.Read(
                queue, message.Body.Span, Header(message, "MT-Fault-Message") ?? Header(message, "MT-Reason"), Header(message, "MT-Fault-Timestamp")));
        return messages;
    }

    /// <summary>One finding for each reason and sender.</summary>
    private static IEnumerable<DoctorFinding> Describe(QueueState queue, IReadOnlyList<FailedMessage> messages) =>
        from message in messages
        group message by (message.Reason, message.Sender) into same
        select DoctorFinding.Problem(
            Check,
            $"queue {queue.Name}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{same.Count()} of {queue.Waiting} messages failed: {same.Key.Reason} (from {same.Key.Sender}{(same.Last().At is { } at ? $", last at {at}" : "")})"));

    private static string? Header(BasicGetResult message, string name) => message.BasicProperties.Headers?.TryGetValue(name, out var value) is true
        ? value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : Convert.ToString(value, CultureInfo.InvariantCulture)
        : null;
}
