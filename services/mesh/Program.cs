using System.Runtime.InteropServices;
using Mesh.Cli;

using var stop = new CancellationTokenSource();
var time = TimeProvider.System;
long? stopAsked = null;

// The first signal asks for an orderly end. One that comes later is left to the system, which ends the process at once; one that
// comes right behind is the same wish, sent to the process and to its group.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = stopAsked is not { } asked || time.GetElapsedTime(asked) < TimeSpan.FromSeconds(1);
    stopAsked ??= time.GetTimestamp();
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return await CommandLine.RunAsync(args, Io.FromProcess(), stop.Token);
