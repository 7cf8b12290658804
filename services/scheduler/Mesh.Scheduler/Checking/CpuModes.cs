namespace Mesh.Scheduler.Checking;

/// <summary>What a machine's processor is called where it is not a model: libvirt's modes.</summary>
internal static class CpuModes
{
    /// <summary>Whether the machine sees the host's very processor, so that only a host with the same one can take it.</summary>
    public static bool IsHostPassthrough(string model) => model is "host-passthrough" or "maximum";

    /// <summary>Whether it is a model by name, which the destination must offer. For <c>host-model</c> the features alone tell.</summary>
    public static bool IsNamedModel(string model) => model is not ("" or "host-model" or "custom") && !IsHostPassthrough(model);
}
