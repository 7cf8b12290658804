using System.Runtime.InteropServices;
using System.Text;

namespace Mesh.Cli.Shell;

/// <summary>
/// Standard output that ends the command when it cannot be written. .NET's own ignores a closed pipe, so that <c>mesh watch | head</c> would go on
/// for ever. Exceptions are <see cref="CliException"/>s.
/// </summary>
internal sealed partial class StandardOutput : Stream
{
    private const int Descriptor = 1;

    // errno: <asm-generic/errno-base.h>, <asm-generic/errno.h>.
    private const int Interrupted = 4;
    private const int TryAgain = 11;
    private const int BrokenPipe = 32;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(10);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>A writer that writes at once.</summary>
    public static TextWriter CreateWriter() =>
        new StreamWriter(new StandardOutput(), Console.OutputEncoding is UTF8Encoding ? new UTF8Encoding(false) : Console.OutputEncoding) { AutoFlush = true };

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var written = WriteNative(Descriptor, in MemoryMarshal.GetReference(buffer), buffer.Length);
            if (written >= 0)
                buffer = buffer[(int)written..];
            else
                HandleError(Marshal.GetLastPInvokeError());
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static void HandleError(int error)
    {
        switch (error)
        {
            case Interrupted:
                return;
            case TryAgain:
                // A pipe that its other end has made non-blocking.
                using (var never = new ManualResetEventSlim())
                    never.Wait(RetryInterval);
                return;
            case BrokenPipe:
                throw new CliException(ExitCodes.OutputClosed, "");
            default:
                throw new CliException(ExitCodes.Error, $"cannot write to standard output: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteNative(int descriptor, in byte buffer, nint count);
}
