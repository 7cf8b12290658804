using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;

namespace Mesh.Contracts.Tests.Schemas;

/// <summary>The contracts' documentation comments as plain text, with the wire names of members.</summary>
internal static class XmlDocumentation
{
    private static readonly Dictionary<string, XElement> Summaries = XDocument
        .Load(Path.ChangeExtension(typeof(Serialization.MeshJson).Assembly.Location, ".xml"))
        .Descendants("member")
        .Where(member => member.Element("summary") is not null)
        .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")!, StringComparer.Ordinal);

    public static string Of(Type type) => Text($"T:{type.FullName}");

    public static string Of(FieldInfo field) => Text($"F:{field.DeclaringType!.FullName}.{field.Name}");

    public static string Of(PropertyInfo property) => Text($"P:{property.DeclaringType!.FullName}.{property.Name}");

    private static string Text(string name) => Summaries.TryGetValue(name, out var summary)
        ? string.Join(' ', string.Concat(summary.Nodes().Select(ToText)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        : throw new InvalidOperationException($"{name} has no documentation comment");

    private static string ToText(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => Reference(see.Attribute("cref")!.Value),
        XElement element => $"`{element.Value}`",
        _ => "",
    };

    private static string Reference(string cref)
    {
        var name = cref[2..].Split('(')[0].Split('.')[^1];
        return cref[0] switch
        {
            'T' => $"`{name}`",
            'M' when cref.Contains(".AgentQueues.Commands(", StringComparison.Ordinal) => $"`{AgentMessages.Channels[0].Address}`",
            _ => $"`{JsonNamingPolicy.CamelCase.ConvertName(name)}`",
        };
    }
}
