using Spectre.Console;

namespace Mesh.Cli.Shell;

/// <summary>The command's environment, which tests replace.</summary>
internal sealed record Io
{
    private const int DefaultColumns = 120;
    private const int ColumnsMin = 40;
    private const int LinesMin = 5;

    public required TextReader In { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Whether standard output is a terminal that can show a live display.</summary>
    public required bool IsTerminal { get; init; }

    /// <summary>The terminal's current size; lines are null if unknown.</summary>
    public required Func<(int Columns, int? Lines)> Window { get; init; }

    public int Columns => Window().Columns;

    public required Func<string, string?> Environment { get; init; }

    public required Func<HttpMessageHandler> HttpHandler { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The source of new ids.</summary>
    public required Random Random { get; init; }

    public required string UserName { get; init; }

    /// <summary>The exit code of a command that was stopped by a signal.</summary>
    public Func<int> StoppedExitCode { get; init; } = () => ExitCodes.Interrupted;

    /// <summary>The environment of this process.</summary>
    /// <param name="random">The source of new ids.</param>
    /// <param name="stoppedExitCode">The exit code for the signal that stopped the command.</param>
    public static Io FromProcess(Random random, Func<int> stoppedExitCode) => new()
    {
        In = Console.In,
        Out = Console.IsOutputRedirected ? StandardOutput.CreateWriter() : Console.Out,
        Error = Console.Error,
        IsTerminal = !Console.IsOutputRedirected
            && !string.Equals(System.Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal),
        Window = () => Console.IsOutputRedirected
            ? (DefaultColumns, null)
            : (Math.Max(ColumnsMin, Console.WindowWidth), Console.WindowHeight < LinesMin ? null : Console.WindowHeight),
        Environment = System.Environment.GetEnvironmentVariable,

        // The gateway is local or behind a tunnel; never use an HTTP proxy.
        HttpHandler = () => new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(10) },
        Time = TimeProvider.System,
        Random = random,
        UserName = System.Environment.UserName,
        StoppedExitCode = stoppedExitCode,
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
