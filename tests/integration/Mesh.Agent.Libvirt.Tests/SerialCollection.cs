namespace Mesh.Agent.Libvirt.Tests;

/// <summary>Tests that measure the whole process, so they run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SerialCollection
{
    internal const string Name = "alone in the process";
}
