using Mesh.Hosting.Running;
using Spectre.Console;

namespace Mesh.Cli;

/// <summary>Everything outside that the command touches, so that tests can stand in for it.</summary>
internal sealed record Io
{
    private const int DefaultColumns = 120;
    private const int ColumnsMin = 40;
    private const int LinesMin = 5;

    public required TextReader In { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether a person watches standard output, so that a live display makes sense.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>The terminal's size now; a person may change it. Lines are null if not known.</summary>
    public required Func<(int Columns, int? Lines)> Window { get; init; }

    public int Columns => Window().Columns;

    public required Func<string, string?> Environment { get; init; }

    public required Func<HttpMessageHandler> HttpHandler { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>What new identities are made of.</summary>
    public required Random Random { get; init; }

    public required string UserName { get; init; }

    public static Io FromProcess() => new()
    {
        In = Console.In,
        Out = Console.Out,
        Error = Console.Error,
        IsTerminal = !Console.IsOutputRedirected
            && !string.Equals(System.Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal),
        Window = () => Console.IsOutputRedirected
            ? (DefaultColumns, null)
            : (Math.Max(ColumnsMin, Console.WindowWidth), Console.WindowHeight < LinesMin ? null : Console.WindowHeight),
        Environment = System.Environment.GetEnvironmentVariable,

        // The gateway is on this machine or behind a tunnel to it; a proxy for the web has no part in that.
        HttpHandler = () => new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10) },
        Time = TimeProvider.System,
        Random = ProcessRandom.OfProcess,
        UserName = System.Environment.UserName,
    };

    /// <summary>Spectre's console on standard output.</summary>
    public IAnsiConsole Ansi()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Out),
            Interactive = IsTerminal ? InteractionSupport.Yes : InteractionSupport.No,
            Ansi = IsTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = IsTerminal && string.IsNullOrEmpty(Environment("NO_COLOR")) ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        console.Profile.Width = Columns;
        return console;
    }
}
