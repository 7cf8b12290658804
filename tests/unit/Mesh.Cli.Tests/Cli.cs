using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Serialization;
using Mesh.Server;

namespace Mesh.Cli.Tests;

/// <summary>Runs the command like a shell, with a fake gateway.</summary>
internal sealed class Cli
{
    /// <summary>A command that takes longer hangs.</summary>
    public static readonly TimeSpan HangsAfter = TimeSpan.FromSeconds(30);

    private readonly SharedText _out = new();
    private readonly SharedText _error = new();
    private readonly Dictionary<string, string?> _environment = new(StringComparer.Ordinal);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public Random Random { get; init; } = new(1);

    /// <summary>The width of the terminal; null if standard output is a file or a pipe.</summary>
    public int? TerminalColumns { get; init; }

    /// <summary>The exit code for the signal that stops the command.</summary>
    public int StoppedExitCode { get; init; } = ExitCodes.Interrupted;

    /// <summary>Responds to a request by method and path, such as <c>GET /api/v1/hosts</c>.</summary>
    public Func<HttpRequestMessage, string, Task<HttpResponseMessage>> Gateway { get; set; } =
        (_, what) => throw new InvalidOperationException($"unexpected request {what}");

    public ConcurrentQueue<(string What, string Body)> Requests { get; } = new();

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    /// <summary>The content of standard input.</summary>
    public string In { get; init; } = "";

    public Io Io => new()
    {
        In = new StringReader(In),
        Out = _out,
        Error = _error,
        IsTerminal = TerminalColumns is not null,
        Window = () => (TerminalColumns ?? 120, null),
        Environment = _environment.GetValueOrDefault,
        HttpHandler = () => new Handler(this),
        Time = Time,
        Random = Random,
        UserName = "ann",
        StoppedExitCode = () => StoppedExitCode,
    };

    public Cli With(string variable, string value)
    {
        _environment[variable] = value;
        return this;
    }

    /// <summary>Returns the same response to every request.</summary>
    public Cli Answering(HttpResponseMessage response)
    {
        Gateway = (_, _) => Task.FromResult(response);
        return this;
    }

    public Task<int> RunAsync(params string[] args) => RunAsync(args, CancellationToken.None);

    public Task<int> RunAsync(string[] args, CancellationToken cancellation) => CommandLine.RunAsync(args, Io, ServerVerb.CreateAll, cancellation).WaitAsync(HangsAfter, CancellationToken.None);

    /// <summary>Standard error, which must be one line.</summary>
    public string ErrorLine()
    {
        Error.ShouldStartWith("mesh: ");
        Error.Count(letter => letter == '\n').ShouldBe(1, Error);
        return Error.Trim();
    }

    public static HttpResponseMessage Json<T>(T value, HttpStatusCode status = HttpStatusCode.OK) => new(status)
    {
        Content = new StringContent(JsonSerializer.Serialize(value, MeshJson.Options), Encoding.UTF8, "application/json"),
    };

    public static HttpResponseMessage Problem(ApiProblem problem) => new((HttpStatusCode)problem.Status)
    {
        Content = new StringContent(JsonSerializer.Serialize(problem, MeshJson.Options), Encoding.UTF8, "application/problem+json"),
    };

    /// <summary>Text that can be read while another thread writes it.</summary>
    private sealed class SharedText : TextWriter
    {
        private readonly StringBuilder _text = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            lock (_text)
                _text.Append(value);
        }

        public override void Write(string? value)
        {
            lock (_text)
                _text.Append(value);
        }

        public override string ToString()
        {
            lock (_text)
                return _text.ToString();
        }
    }

    private sealed class Handler(Cli cli) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var what = $"{request.Method} {request.RequestUri!.PathAndQuery}";
            cli.Requests.Enqueue((what, request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
            return await cli.Gateway(request, what).WaitAsync(cancellationToken);
        }
    }
}
