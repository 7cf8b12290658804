using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Mesh.Contracts.Serialization;

namespace Mesh.Migrations.Tests.Stored;

/// <summary>
/// Every name in the JSON of a type, one path per line: properties, discriminators and, after "=", the members of enumerations. Names of
/// CLR types are not included, because no document contains one.
/// </summary>
internal sealed class StoredNames
{
    private readonly List<string> _lines = [];
    private readonly HashSet<Type> _path = [];

    private StoredNames()
    {
    }

    public static IReadOnlyList<string> List(Type type, string root)
    {
        var names = new StoredNames();
        names.Add(type, root);
        return names._lines;
    }

    private void Add(Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
        {
            _lines.Add($"{path} = {string.Join(' ', Enum.GetValues(type).Cast<object>().Select(value => JsonSerializer.Serialize(value, type, MeshJson.Options).Trim('"')))}");
            return;
        }

        var info = MeshJson.Options.GetTypeInfo(type);
        switch (info.Kind)
        {
            case JsonTypeInfoKind.Enumerable:
                Add(info.ElementType!, $"{path}[]");
                break;
            case JsonTypeInfoKind.Dictionary:
                Add(info.ElementType!, $"{path}{{}}");
                break;
            case JsonTypeInfoKind.Object when !_path.Add(type):
                _lines.Add($"{path} recurses");
                break;
            case JsonTypeInfoKind.Object:
                AddObject(info, path);
                _path.Remove(type);
                break;
            default:
                _lines.Add(path);
                break;
        }
    }

    private void AddObject(JsonTypeInfo info, string path)
    {
        if (info.PolymorphismOptions is { } polymorphism)
            foreach (var derived in polymorphism.DerivedTypes)
                AddProperties(MeshJson.Options.GetTypeInfo(derived.DerivedType), $"{path}<{polymorphism.TypeDiscriminatorPropertyName}:{derived.TypeDiscriminator}>");
        else
            AddProperties(info, path);
    }

    private void AddProperties(JsonTypeInfo info, string path)
    {
        if (info.Properties.Count == 0)
            _lines.Add(path);
        foreach (var property in info.Properties.Where(property => property.AttributeProvider?.IsDefined(typeof(JsonIgnoreAttribute), inherit: true) is not true))
            Add(property.PropertyType, $"{path}.{property.Name}");
    }
}
