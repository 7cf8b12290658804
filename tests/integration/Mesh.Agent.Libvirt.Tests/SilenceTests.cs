using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt.Tests;

[Collection(SerialCollection.Name)]
public sealed partial class SilenceTests
{
    private const int StandardError = 2;

    [Fact]
    public void Errors_are_thrown_and_not_printed()
    {
        using var connection = TestHost.Open();
        var file = Path.GetTempFileName();
        using (var sink = new FileStream(file, FileMode.Truncate, FileAccess.Write))
        {
            var saved = dup(StandardError);
            dup2((int)sink.SafeFileHandle.DangerousGetHandle(), StandardError).ShouldBe(StandardError);
            try
            {
                Should.Throw<LibvirtException>(() => connection.LookupDomain("nobody"));
                Should.Throw<LibvirtException>(() => LibvirtConnection.Open("nonsense:///"));
            }
            finally
            {
                _ = dup2(saved, StandardError);
                _ = close(saved);
            }
        }

        var printed = File.ReadAllText(file);
        File.Delete(file);
        printed.ShouldBeEmpty();
    }

    [LibraryImport("libc.so.6")]
    private static partial int dup(int descriptor);

    [LibraryImport("libc.so.6")]
    private static partial int dup2(int descriptor, int target);

    [LibraryImport("libc.so.6")]
    private static partial int close(int descriptor);
}
