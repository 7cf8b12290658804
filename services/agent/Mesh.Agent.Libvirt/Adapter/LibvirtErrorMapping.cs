using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>Maps libvirt's errors to an agent's.</summary>
internal static class LibvirtErrorMapping
{
    public static bool IsLibvirtError(Exception error) =>
        error is LibvirtException or TimeoutException or LibvirtOverloadException or ObjectDisposedException;

    public static HypervisorException ToHypervisorException(Exception error, VmId? vm) => error switch
    {
        HypervisorException already => already,
        LibvirtException libvirt => new HypervisorException(ToErrorCode(libvirt), vm, libvirt.Text.Length > 0 ? libvirt.Text : libvirt.Message, libvirt),
        LibvirtTimeoutException late => new HypervisorException(HypervisorErrorCode.TimedOut, vm, late.Message, late),
        TimeoutException late => new HypervisorException(HypervisorErrorCode.TimedOut, vm, "libvirt has not responded yet", late),
        LibvirtOverloadException stuck => new HypervisorException(HypervisorErrorCode.Unreachable, vm, stuck.Message, stuck),
        ObjectDisposedException gone => new HypervisorException(HypervisorErrorCode.Unreachable, vm, "the connection to libvirt is closed", gone),
        _ => new HypervisorException(HypervisorErrorCode.Other, vm, error.Message, error),
    };

    /// <summary>What the migrate call's error means for the job.</summary>
    /// <param name="error">The error.</param>
    /// <param name="isConnected">Whether the call's connection is still open.</param>
    public static MigrateResult ToMigrateResult(LibvirtException error, bool isConnected) => error.Code switch
    {
        LibvirtErrorCode.OperationAborted => new(MigrateOutcome.Aborted, error.Text),

        // The VM runs on the destination; only its definition could not be saved there.
        LibvirtErrorCode.MigratePersistFailed => new(MigrateOutcome.Completed, error.Text),
        _ when !isConnected => new(MigrateOutcome.Lost, error.Text),
        _ => new(MigrateOutcome.Failed, error.Text),
    };

    /// <summary>Whether libvirt refuses to resume a post-copy because QEMU, on either host, has not detected its failure.</summary>
    public static bool IsMigrationStillRunning(string error) => error.Contains("migration is still running", StringComparison.OrdinalIgnoreCase);

    private static HypervisorErrorCode ToErrorCode(LibvirtException error) => error.Code switch
    {
        LibvirtErrorCode.NoDomain => HypervisorErrorCode.NoVm,

        // It waited for the end of another call about the VM (cannot acquire state change lock).
        LibvirtErrorCode.OperationTimeout => HypervisorErrorCode.Busy,
        LibvirtErrorCode.NoConnect or LibvirtErrorCode.InvalidConnection or LibvirtErrorCode.Rpc or LibvirtErrorCode.AuthenticationFailed
            or LibvirtErrorCode.SystemError when IsConnectionError(error) => HypervisorErrorCode.Unreachable,
        LibvirtErrorCode.StorageVolumeExists => HypervisorErrorCode.ImageExists,
        LibvirtErrorCode.NoStoragePool or LibvirtErrorCode.NoStorageVolume => HypervisorErrorCode.Storage,
        LibvirtErrorCode.OperationUnsupported or LibvirtErrorCode.NoSupport or LibvirtErrorCode.ArgumentUnsupported
            or LibvirtErrorCode.ConfigurationUnsupported => HypervisorErrorCode.Unsupported,

        // One code for everything that is invalid in the current state; only the text shows what it is.
        LibvirtErrorCode.OperationInvalid when ContainsText(error, "post-copy") => HypervisorErrorCode.InPostCopy,
        LibvirtErrorCode.OperationInvalid when ContainsText(error, "no job is active") => HypervisorErrorCode.NoJob,
        LibvirtErrorCode.OperationInvalid when ContainsText(error, "not running") => HypervisorErrorCode.VmNotRunning,
        _ when ContainsText(error, "another migration job is already running") => HypervisorErrorCode.JobActive,
        _ => HypervisorErrorCode.Other,
    };

    private static bool IsConnectionError(LibvirtException error) =>
        error.Code is not LibvirtErrorCode.SystemError || error.Domain is LibvirtErrorDomain.Rpc or LibvirtErrorDomain.Remote;

    private static bool ContainsText(LibvirtException error, string text) => error.Text.Contains(text, StringComparison.OrdinalIgnoreCase);
}
