using Mesh.Contracts.Values;

namespace Mesh.Agent.Hypervisors;

/// <summary>The hypervisor rejected a call, or did not respond.</summary>
public sealed class HypervisorException : Exception
{
    /// <summary>An error.</summary>
    /// <param name="code">The error code.</param>
    /// <param name="vm">The VM concerned; null for none.</param>
    /// <param name="text">The hypervisor's own text.</param>
    /// <param name="inner">The cause; null for none.</param>
    public HypervisorException(HypervisorErrorCode code, VmId? vm, string text, Exception? inner = null)
        : base(text, inner) => (Code, Vm) = (code, vm);

    /// <summary>An error without a text.</summary>
    public HypervisorException()
    {
    }

    /// <summary>An error that concerns no VM.</summary>
    public HypervisorException(string message)
        : base(message)
    {
    }

    /// <summary>An error that concerns no VM, with its cause.</summary>
    public HypervisorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The error code.</summary>
    public HypervisorErrorCode Code { get; }

    /// <summary>Whether the same call may succeed a little later: the hypervisor was slow, busy or away for a moment.</summary>
    public bool IsTransient => Code is HypervisorErrorCode.TimedOut or HypervisorErrorCode.Busy or HypervisorErrorCode.Unreachable;

    /// <summary>The VM concerned; null for none.</summary>
    public VmId? Vm { get; }
}

/// <summary>The hypervisor's errors, as far as an agent handles them differently.</summary>
public enum HypervisorErrorCode
{
    /// <summary>Any other error; see its text.</summary>
    Other,

    /// <summary>The hypervisor cannot be reached.</summary>
    Unreachable,

    /// <summary>The hypervisor did not respond in time; the call may still take effect.</summary>
    TimedOut,

    /// <summary>Another call about the VM did not end in time: this one had no effect.</summary>
    Busy,

    /// <summary>The hypervisor does not have the VM.</summary>
    NoVm,

    /// <summary>The VM is not running.</summary>
    VmNotRunning,

    /// <summary>The VM's process does not respond, and it has no job that could be the reason.</summary>
    VmNotResponding,

    /// <summary>The VM has no job.</summary>
    NoJob,

    /// <summary>The VM has another job.</summary>
    JobActive,

    /// <summary>The VM already runs on the destination.</summary>
    InPostCopy,

    /// <summary>The image already exists.</summary>
    ImageExists,

    /// <summary>The storage has no space, denies access, or has no such path.</summary>
    Storage,

    /// <summary>The hypervisor does not support the call.</summary>
    Unsupported,
}
