using System.Reflection;
using System.Text.Json;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Tests.Samples;
using Mesh.Repository.Tests;

namespace Mesh.Contracts.Tests.Schemas;

/// <summary>
/// Every name that is sent or stored, as recorded in wire-names.txt: a rename in the code that would change one
/// fails here, unless an attribute preserves the old name.
/// </summary>
public sealed class WireNamesTests
{
    private static readonly string File = RepositoryRoot.At("tests/unit/Mesh.Contracts.Tests/Schemas/wire-names.txt");

    [Fact]
    public void No_sent_or_stored_name_has_changed()
    {
        var lines = Describe();
        if (Environment.GetEnvironmentVariable(SchemaFiles.UpdateVariable) == "1")
            System.IO.File.WriteAllText(File, string.Join('\n', lines) + "\n");

        var known = System.IO.File.ReadAllText(File).TrimEnd('\n').Split('\n');

        known.Except(lines).ShouldBeEmpty($"names that other versions and stores still use are gone; if that is intended, run once with {SchemaFiles.UpdateVariable}=1");
        lines.Except(known).ShouldBeEmpty($"names are new: run once with {SchemaFiles.UpdateVariable}=1 and commit the file");
    }

    [Fact]
    public void Each_message_has_a_unique_name()
    {
        var names = Named().Select(item => item.Name).ToList();

        names.ShouldBeUnique();
        names.ShouldAllBe(name => name.Length > 0 && name.All(character => char.IsAsciiLetterLower(character) || character == '-'));
        AgentMessages.Channels.ShouldAllBe(channel => channel.Type.GetCustomAttribute<MessageNameAttribute>(false) != null);
    }

    private static IReadOnlyList<string> Describe() =>
    [
        .. from item in Named()
           orderby item.Name
           select $"message {item.Name} = {item.Type.Name}",
        .. from type in MessageTypes.Bases
           from derived in MessageTypes.DerivedOf(type)
           select $"kind {type.Name}.{MessageTypes.DiscriminatorOf(type)} = {derived.Name}",
        .. from type in MessageTypes.Records
           from property in MeshJson.Options.GetTypeInfo(type).Properties
           select $"member {type.Name}.{property.Name}",
        .. from type in MessageTypes.Enums
           from value in Enum.GetValues(type).Cast<object>()
           select $"value {type.Name}.{JsonSerializer.SerializeToNode(value, type, MeshJson.Options)}",
    ];

    private static IEnumerable<(Type Type, string Name)> Named() =>
        from type in MessageTypes.Records.Concat(MessageTypes.Bases)
        let name = type.GetCustomAttribute<MessageNameAttribute>(false)?.Name
        where name is not null
        select (type, name);
}
