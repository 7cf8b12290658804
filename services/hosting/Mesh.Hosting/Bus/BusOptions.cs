using System.ComponentModel.DataAnnotations;

namespace Mesh.Hosting.Bus;

/// <summary>The connection to the bus; configuration section <c>Bus</c>.</summary>
public sealed class BusOptions : IValidatableObject
{
    /// <summary>The value of <see cref="Broker"/> that keeps all messages inside this process.</summary>
    public const string InMemory = "in-memory";

    /// <summary><c>in-memory</c>, or the broker as <c>amqp://user:password@host:port/vhost</c> (<c>amqps://</c> for TLS). Default: in-memory.</summary>
    [Required]
    public string Broker { get; set; } = InMemory;

    /// <summary>How long a request over the bus waits for its answer. Default: 15 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the broker may take to confirm a message before the sender gives up waiting. Default: 10 s.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many host reports may wait in the broker before the oldest are dropped. Default: 10,000.</summary>
    [Range(1, int.MaxValue)]
    public int MaxQueuedReports { get; set; } = 10_000;

    internal bool IsInMemory => string.Equals(Broker, InMemory, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsInMemory && (!Uri.TryCreate(Broker, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps")))
            yield return new ValidationResult(
                $"broker '{Broker}' is neither '{InMemory}' nor of the form amqp://user:password@host:port/vhost", [nameof(Broker)]);
        if (RequestTimeout <= TimeSpan.Zero)
            yield return new ValidationResult("the request timeout must be more than zero", [nameof(RequestTimeout)]);
        if (SendTimeout <= TimeSpan.Zero)
            yield return new ValidationResult("the send timeout must be more than zero", [nameof(SendTimeout)]);
    }
}
