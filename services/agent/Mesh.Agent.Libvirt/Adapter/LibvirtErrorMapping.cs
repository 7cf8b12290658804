using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Libvirt.Adapter;

/// <summary>What libvirt's errors mean to an agent.</summary>
internal static class LibvirtErrorMapping
{
    /// <summary>Whether an error is one of libvirt's.</summary>
    public static bool IsLibvirtError(Exception error) =>
        error is LibvirtException or TimeoutException or LibvirtOverloadException or ObjectDisposedException;

    /// <summary>The error as an agent takes it.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="vm">The machine it is about; null if about none.</param>
    public static HypervisorException ToHypervisorException(Exception error, VmId? vm) => error switch
    {
        HypervisorException already => already,
        LibvirtException libvirt => new HypervisorException(ToErrorCode(libvirt), vm, libvirt.Text.Length > 0 ? libvirt.Text : libvirt.Message, libvirt),
        LibvirtTimeoutException late => new HypervisorException(HypervisorErrorCode.TimedOut, vm, late.Message, late),
        TimeoutException late => new HypervisorException(HypervisorErrorCode.TimedOut, vm, "libvirt has not answered yet", late),
        LibvirtOverloadException stuck => new HypervisorException(HypervisorErrorCode.Unreachable, vm, stuck.Message, stuck),
        ObjectDisposedException gone => new HypervisorException(HypervisorErrorCode.Unreachable, vm, "the connection to libvirt is closed", gone),
        _ => new HypervisorException(HypervisorErrorCode.Other, vm, error.Message, error),
    };

    /// <summary>How the migrate call's error tells what became of the job.</summary>
    /// <param name="error">What the call threw.</param>
    /// <param name="isConnected">Whether the connection that the call was made on still stands.</param>
    public static MigrateResult ToMigrateResult(LibvirtException error, bool isConnected) => error.Code switch
    {
        LibvirtErrorCode.OperationAborted => new(MigrateOutcome.Aborted, error.Text),

        // The machine runs on the destination; only its definition could not be kept there.
        LibvirtErrorCode.MigratePersistFailed => new(MigrateOutcome.Completed, error.Text),
        _ when !isConnected => new(MigrateOutcome.Lost, error.Text),
        _ => new(MigrateOutcome.Failed, error.Text),
    };

    /// <summary>Whether libvirt will not resume a post-copy because QEMU, on either side, has not given it up.</summary>
    public static bool IsMigrationStillRunning(string error) => error.Contains("migration is still running", StringComparison.OrdinalIgnoreCase);

    private static HypervisorErrorCode ToErrorCode(LibvirtException error) => error.Code switch
    {
        LibvirtErrorCode.NoDomain => HypervisorErrorCode.NoVm,
        LibvirtErrorCode.NoConnect or LibvirtErrorCode.InvalidConnection or LibvirtErrorCode.Rpc or LibvirtErrorCode.AuthenticationFailed
            or LibvirtErrorCode.SystemError when IsConnectionError(error) => HypervisorErrorCode.Unreachable,
        LibvirtErrorCode.StorageVolumeExists => HypervisorErrorCode.ImageExists,
        LibvirtErrorCode.NoStoragePool or LibvirtErrorCode.NoStorageVolume => HypervisorErrorCode.Storage,
        LibvirtErrorCode.OperationUnsupported or LibvirtErrorCode.NoSupport or LibvirtErrorCode.ArgumentUnsupported
            or LibvirtErrorCode.ConfigurationUnsupported => HypervisorErrorCode.Unsupported,

        // One code for whatever does not fit the present state; only the words tell which.
        LibvirtErrorCode.OperationInvalid when ContainsText(error, "post-copy") => HypervisorErrorCode.InPostCopy,
        LibvirtErrorCode.OperationInvalid when ContainsText(error, "no job is active") => HypervisorErrorCode.NoJob,
        LibvirtErrorCode.OperationInvalid when ContainsText(error, "not running") => HypervisorErrorCode.VmNotRunning,
        _ when ContainsText(error, "another migration job is already running") => HypervisorErrorCode.JobActive,
        _ => HypervisorErrorCode.Other,
    };

    private static bool IsConnectionError(LibvirtException error) =>
        error.Code is not LibvirtErrorCode.SystemError || error.Domain is LibvirtErrorDomain.Rpc or LibvirtErrorDomain.Remote;

    private static bool ContainsText(LibvirtException error, string words) => error.Text.Contains(words, StringComparison.OrdinalIgnoreCase);
}
