using System.ComponentModel.DataAnnotations;

namespace Mesh.Gateway;

/// <summary>The gateway's settings; configuration section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>Where the gateway listens unless told otherwise.</summary>
    public const string DefaultListen = "http://127.0.0.1:7070";

    /// <summary>
    /// Where the gateway listens, as <c>http://ADDRESS:PORT</c> with a loopback address, because it has no authentication yet;
    /// port 0 takes a free one. Default: <see cref="DefaultListen"/>.
    /// </summary>
    public string Listen { get; set; } = DefaultListen;

    /// <summary>How long the gateway waits for another service, whatever the bus does. Default: 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "Gateway:AnswerTimeout takes 0.1 s to 10 min")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// How long the gateway waits for what the scheduler only adds to an answer: a migration's place in the queue, and which hosts are
    /// cordoned. Default: 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "Gateway:EnrichmentTimeout takes 0.1 s to 10 min")]
    public TimeSpan EnrichmentTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a change to a migration waits for the host's answer, before it is answered as pending. Default: 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Gateway:ChangeTimeout takes 0 s to 10 min")]
    public TimeSpan ChangeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two comments that keep a live stream open. Default: 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Gateway:KeepAliveInterval takes 1 s to 10 min")]
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How many events may wait for a slow client of a live stream. Default: 256.</summary>
    [Range(2, 100_000, ErrorMessage = "Gateway:MaxBufferedEvents takes 2 to 100000")]
    public int MaxBufferedEvents { get; set; } = 256;

    /// <summary>How many live streams may be open at once. Default: 500.</summary>
    [Range(1, 100_000, ErrorMessage = "Gateway:MaxStreams takes 1 to 100000")]
    public int MaxStreams { get; set; } = 500;

    /// <summary>How large a request's body may be, in bytes. Default: 65,536.</summary>
    [Range(1024, 1 << 24, ErrorMessage = "Gateway:MaxBodyBytes takes 1024 to 16777216")]
    public int MaxBodyBytes { get; set; } = 64 << 10;
}
