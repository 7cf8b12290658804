using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Contracts.Scheduling;

/// <summary>
/// The scheduler forwards a request, with every reason that it found against it: the migrations service stores it as a migration that
/// waits for admission, or as a refused one. Answered by <see cref="MigrationRequestAnswer"/>.
/// </summary>
/// <param name="Request">The request.</param>
/// <param name="Refusals">Why it cannot run; empty if it can.</param>
[MessageName("enqueue-migration")]
public sealed record EnqueueMigration(RequestMigration Request, IReadOnlyList<Refusal> Refusals);
