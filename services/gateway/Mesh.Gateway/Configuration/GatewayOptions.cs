using System.ComponentModel.DataAnnotations;

namespace Mesh.Gateway.Configuration;

/// <summary>The gateway's settings; configuration section <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>The default of <see cref="Listen"/>.</summary>
    public const string DefaultListen = "http://127.0.0.1:7070";

    /// <summary>
    /// The URL to listen on, <c>http://ADDRESS:PORT</c> with a loopback address, because the gateway has no authentication yet;
    /// port 0 selects a free port. Default: <see cref="DefaultListen"/>.
    /// </summary>
    public string Listen { get; set; } = DefaultListen;

    /// <summary>The maximum time to wait for the answer of another service. Default: 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "Gateway:AnswerTimeout must be between 0.1 s and 10 min")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// The maximum time to wait for what the scheduler only adds to a response: a migration's position in the queue, and which hosts
    /// are cordoned. Default: 2 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00", ErrorMessage = "Gateway:EnrichmentTimeout must be between 0.1 s and 10 min")]
    public TimeSpan EnrichmentTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The maximum time to wait for the host's answer to a change before the change is reported as pending. Default: 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Gateway:ChangeTimeout must be between 0 s and 10 min")]
    public TimeSpan ChangeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The interval of the comments that keep a live stream open. Default: 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Gateway:KeepAliveInterval must be between 1 s and 10 min")]
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The maximum number of events buffered for a slow client of a live stream. Default: 256.</summary>
    [Range(2, 100_000, ErrorMessage = "Gateway:MaxBufferedEvents must be between 2 and 100000")]
    public int MaxBufferedEvents { get; set; } = 256;

    /// <summary>The maximum number of open live streams. Default: 500.</summary>
    [Range(1, 100_000, ErrorMessage = "Gateway:MaxStreams must be between 1 and 100000")]
    public int MaxStreams { get; set; } = 500;

    /// <summary>The maximum size of a request's body, in bytes. Default: 65,536.</summary>
    [Range(1024, 1 << 24, ErrorMessage = "Gateway:MaxBodyBytes must be between 1024 and 16777216")]
    public int MaxBodyBytes { get; set; } = 64 << 10;
}
