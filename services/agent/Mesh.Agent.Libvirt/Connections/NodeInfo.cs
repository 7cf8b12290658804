namespace Mesh.Agent.Libvirt;

/// <summary>The host's hardware (<c>virNodeGetInfo</c>).</summary>
/// <param name="CpuModel">Such as <c>x86_64</c>.</param>
/// <param name="MemoryBytes">Installed memory.</param>
/// <param name="Cpus">Active logical CPUs.</param>
/// <param name="CpuMegahertz">Expected frequency; 0 when not known.</param>
/// <param name="NumaNodes">NUMA nodes; 1 for uniform or unusual ones.</param>
/// <param name="SocketsPerNode">CPU sockets per NUMA node.</param>
/// <param name="CoresPerSocket">Cores per socket.</param>
/// <param name="ThreadsPerCore">Threads per core.</param>
public sealed record NodeInfo(
    string CpuModel,
    long MemoryBytes,
    int Cpus,
    int CpuMegahertz,
    int NumaNodes,
    int SocketsPerNode,
    int CoresPerSocket,
    int ThreadsPerCore);
