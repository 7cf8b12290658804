using Mesh.Contracts.Values;

namespace Mesh.Agent.Hypervisors;

/// <summary>The hypervisor said no, or nothing.</summary>
public sealed class HypervisorException : Exception
{
    /// <summary>A refusal.</summary>
    /// <param name="code">For programs.</param>
    /// <param name="vm">The machine it is about; null if about none.</param>
    /// <param name="text">The hypervisor's own words.</param>
    /// <param name="inner">What was thrown below; null if nothing was.</param>
    public HypervisorException(HypervisorErrorCode code, VmId? vm, string text, Exception? inner = null)
        : base(text, inner) => (Code, Vm) = (code, vm);

    /// <summary>A refusal that nobody described.</summary>
    public HypervisorException()
    {
    }

    /// <summary>A refusal about no machine.</summary>
    public HypervisorException(string message)
        : base(message)
    {
    }

    /// <summary>A refusal about no machine, with its cause.</summary>
    public HypervisorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>For programs.</summary>
    public HypervisorErrorCode Code { get; }

    /// <summary>The machine it is about; null if about none.</summary>
    public VmId? Vm { get; }
}

/// <summary>Why the hypervisor said no, as far as an agent treats it differently.</summary>
public enum HypervisorErrorCode
{
    /// <summary>Some other reason; the text tells.</summary>
    Other,

    /// <summary>The hypervisor cannot be reached.</summary>
    Unreachable,

    /// <summary>The hypervisor did not answer in time.</summary>
    TimedOut,

    /// <summary>It knows no such machine.</summary>
    NoVm,

    /// <summary>The machine does not run.</summary>
    VmNotRunning,

    /// <summary>The machine has no job.</summary>
    NoJob,

    /// <summary>The machine has another job.</summary>
    JobActive,

    /// <summary>The machine runs on the destination already.</summary>
    InPostCopy,

    /// <summary>There is an image already.</summary>
    ImageExists,

    /// <summary>The storage has no room, no right, or no such place.</summary>
    Storage,

    /// <summary>The hypervisor cannot do that.</summary>
    Unsupported,
}
