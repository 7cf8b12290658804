namespace Mesh.Contracts.Scheduling;

/// <summary>Machines that are kept on the same host, or on different ones.</summary>
/// <param name="Name">Its name, unique among all rules: lower-case letters, digits and hyphens.</param>
/// <param name="Vms">Labels that a machine must bear to be one of them, all of them; one at least.</param>
/// <param name="Apart">Whether they are kept on different hosts; otherwise on the same.</param>
/// <param name="Hard">Whether the rule must be kept (an evacuation may be allowed to break it); otherwise it is only preferred.</param>
/// <param name="Weight">How much it is preferred, 1 to 100; means nothing where it is hard.</param>
public sealed record VmAffinityRule(string Name, IReadOnlyDictionary<string, string> Vms, bool Apart, bool Hard = true, int Weight = 50);
