using Mesh.Contracts.Values;

namespace Mesh.Contracts.Hosts;

/// <summary>A NUMA node of a host.</summary>
/// <param name="Id">Its number on the host.</param>
/// <param name="Memory">Its total memory.</param>
/// <param name="FreeMemory">Its free memory.</param>
/// <param name="LogicalCpus">Its logical CPUs.</param>
public sealed record NumaCell(int Id, Bytes Memory, Bytes FreeMemory, int LogicalCpus);
