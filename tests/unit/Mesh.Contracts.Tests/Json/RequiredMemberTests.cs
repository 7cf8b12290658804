using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Tests.Samples;

namespace Mesh.Contracts.Tests.Json;

public sealed class RequiredMemberTests
{
    /// <summary>Each record with each of its required members.</summary>
    public static TheoryData<string, string> Required =>
        [.. from type in MessageTypes.Records
            from property in type.GetProperties()
            where IsRequired(type, property)
            select (type.FullName!, property.Name)];

    /// <summary>Each record with each of its non-nullable members.</summary>
    public static TheoryData<string, string> NotNull =>
        [.. from type in MessageTypes.Records
            from property in type.GetProperties()
            where property.CanWrite && !IsNullable(property)
            select (type.FullName!, property.Name)];

    [Theory]
    [MemberData(nameof(Required))]
    public void A_missing_required_member_is_an_error(string record, string member)
    {
        var type = SampleData.TypeOf(record);
        var json = Sample(type);
        json.Remove(JsonNamingPolicy.CamelCase.ConvertName(member)).ShouldBeTrue();

        Should.Throw<JsonException>(() => json.Deserialize(type, MeshJson.Options));
    }

    [Theory]
    [MemberData(nameof(NotNull))]
    public void Null_in_a_non_nullable_member_is_an_error(string record, string member)
    {
        var type = SampleData.TypeOf(record);
        var json = Sample(type);
        json[JsonNamingPolicy.CamelCase.ConvertName(member)] = null;

        Should.Throw<JsonException>(() => json.Deserialize(type, MeshJson.Options));
    }

    private static JsonObject Sample(Type type) => JsonSerializer.SerializeToNode(ObjectFiller.Full(type), type, MeshJson.Options)!.AsObject();

    private static bool IsRequired(Type type, PropertyInfo property) =>
        property.GetCustomAttribute<RequiredMemberAttribute>() is not null || property.GetCustomAttribute<JsonRequiredAttribute>() is not null
        || type.GetConstructors().Single().GetParameters().Any(parameter =>
            string.Equals(parameter.Name, property.Name, StringComparison.Ordinal) && !parameter.HasDefaultValue && !IsNullable(property));

    private static bool IsNullable(PropertyInfo property) => new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;
}
