using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Repository.Tests;

namespace Mesh.Migrations.Tests.Stored;

/// <summary>
/// Snapshots, journals and outboxes are JSON that every later version must be able to read. A rename in the code must not change a name in
/// the store: give the renamed member its old name with [JsonPropertyName] or [JsonStringEnumMemberName]. If a name must change anyway,
/// raise the schema version of the store so that an older store is rejected at startup, run these tests once with
/// MESH_UPDATE_STORED_NAMES=1, and commit the file. A new optional member only needs the run and the commit.
/// </summary>
public sealed class When_a_stored_name_changes
{
    private const string UpdateVariable = "MESH_UPDATE_STORED_NAMES";
    private static readonly string File = RepositoryRoot.At("tests/unit/Mesh.Migrations.Tests/Stored/stored-names.txt");

    [Fact]
    public void Should_match_the_recorded_names()
    {
        string[] names =
        [
            .. StoredNames.List(typeof(MigrationState), "snapshot"),
            .. StoredNames.List(typeof(MigrationInput), "journal"),
            .. StoredNames.List(typeof(AgentCommand), "outbox"),
            .. StoredNames.List(typeof(MigrationEvent), "outbox"),
        ];
        if (Environment.GetEnvironmentVariable(UpdateVariable) == "1")
            System.IO.File.WriteAllLines(File, names);

        var recorded = System.IO.File.ReadAllLines(File);
        names.Except(recorded).ShouldBeEmpty($"names that no store has yet: if they are new, run this test once with {UpdateVariable}=1 and commit the file");
        recorded.Except(names).ShouldBeEmpty("names that stores have but nothing reads any more");
    }
}
