using Mesh.Contracts.Agents;
using Mesh.Contracts.Events;
using Mesh.Repository.Tests;

namespace Mesh.Migrations.Tests.Stored;

/// <summary>
/// Snapshots, journals and outboxes are JSON, and what one version wrote every later one has to read. A rename in the code must not
/// change a name in the store: give the renamed member its old name with [JsonPropertyName] or [JsonStringEnumMemberName]. Where a
/// name is to change all the same, raise the version of the store's schema so that an older store is rejected at the start, run
/// these tests once with MESH_UPDATE_STORED_NAMES=1, and commit the file. A new optional member only needs the latter.
/// </summary>
public sealed class When_a_stored_name_changes
{
    private const string UpdateVariable = "MESH_UPDATE_STORED_NAMES";
    private static readonly string File = RepositoryRoot.At("tests/unit/Mesh.Migrations.Tests/Stored/stored-names.txt");

    [Fact]
    public void Should_fail_here_before_it_meets_a_store()
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

        var written = System.IO.File.ReadAllLines(File);
        names.Except(written).ShouldBeEmpty($"names that stores do not have yet: if they are new, run this test once with {UpdateVariable}=1 and commit the file");
        written.Except(names).ShouldBeEmpty("names that stores have and nothing reads any more");
    }
}
