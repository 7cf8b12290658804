namespace Mesh.Agent.Libvirt.Tests;

/// <summary>Tests that count something of the whole process: they run when no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SerialCollection
{
    internal const string Name = "alone in the process";
}
