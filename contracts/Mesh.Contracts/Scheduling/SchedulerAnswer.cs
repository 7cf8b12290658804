using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>The result of a request about hosts, drains or rules.</summary>
/// <param name="Succeeded">Whether the request succeeded.</param>
/// <param name="Explanation">An explanation; why not, if it was not.</param>
/// <param name="IsNotFound">Whether it failed because there is nothing of that name.</param>
[MessageName("scheduler-answer")]
public sealed record SchedulerAnswer(bool Succeeded, string Explanation, bool IsNotFound = false);
