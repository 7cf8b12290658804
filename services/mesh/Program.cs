using System.Runtime.InteropServices;
using Mesh.Cli;
using Mesh.Cli.Shell;
using Mesh.Hosting.Running;
using Mesh.Server;

using var stop = new CancellationTokenSource();
var time = TimeProvider.System;
long? stopRequestedAt = null;
var stoppedBy = PosixSignal.SIGINT;

// The first signal stops the command gracefully. A later one is left to the system, which ends the process at once; one that
// follows immediately is the same request, sent to both the process and its group.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = stopRequestedAt is not { } requestedAt || time.GetElapsedTime(requestedAt) < TimeSpan.FromSeconds(1);
    if (stopRequestedAt is null)
        (stopRequestedAt, stoppedBy) = (time.GetTimestamp(), signal.Signal);
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await CommandLine.RunAsync(
    args,
    Io.FromProcess(ProcessRandom.OfProcess, () => stoppedBy == PosixSignal.SIGTERM ? ExitCodes.Terminated : ExitCodes.Interrupted),
    ServerVerb.CreateAll,
    stop.Token);
