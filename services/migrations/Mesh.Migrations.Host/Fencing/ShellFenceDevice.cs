using System.Diagnostics;
using Mesh.Contracts.Values;
using Microsoft.Extensions.Options;

namespace Mesh.Migrations.Host.Fencing;

/// <summary>Powers hosts off and verifies it.</summary>
internal interface IFenceDevice
{
    /// <summary>Whether hosts can be powered off at all.</summary>
    bool IsConfigured { get; }

    /// <summary>Powers a host off. Returns null once it is certainly off; otherwise why that is not certain.</summary>
    Task<string?> PowerOffAsync(HostName host, CancellationToken cancellation);
}

/// <summary>Runs the configured shell commands.</summary>
internal sealed class ShellFenceDevice(IOptions<FenceOptions> options, TimeProvider time) : IFenceDevice
{
    private static readonly TimeSpan VerifyInterval = TimeSpan.FromSeconds(2);

    public bool IsConfigured => !string.IsNullOrWhiteSpace(options.Value.Command);

    public async Task<string?> PowerOffAsync(HostName host, CancellationToken cancellation)
    {
        var settings = options.Value;
        if (await RunAsync(settings.Command!, host, settings.Timeout, cancellation) is { } failure)
            return $"the fence command {failure}";

        var until = time.GetUtcNow() + settings.VerifyTimeout;
        while (true)
        {
            if (await RunAsync(settings.Verify!, host, settings.Timeout, cancellation) is not { } doubt)
                return null;
            if (time.GetUtcNow() >= until)
                return $"the fence command succeeded, but the host was not verified as off within {settings.VerifyTimeout.TotalSeconds:0.#} s: the verify command {doubt}";
            await Task.Delay(VerifyInterval, time, cancellation);
        }
    }

    /// <summary>Null if the command exits with 0; otherwise what happened instead.</summary>
    private async Task<string?> RunAsync(string command, HostName host, TimeSpan timeout, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        start.Environment["MESH_HOST"] = host.Value;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(stop.Token);
            var error = await process.StandardError.ReadToEndAsync(stop.Token);
            await output;
            await process.WaitForExitAsync(stop.Token);
            return process.ExitCode == 0 ? null : $"exited with {process.ExitCode}: {LastLineOf(error)}".TrimEnd(':', ' ');
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellation.ThrowIfCancellationRequested();
            return $"timed out after {timeout.TotalSeconds:0.#} s";
        }
    }

    private static string LastLineOf(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "";
}
