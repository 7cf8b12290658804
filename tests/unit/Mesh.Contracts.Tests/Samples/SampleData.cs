namespace Mesh.Contracts.Tests.Samples;

/// <summary>The types as theory data; by name, so that each case is readable in the report.</summary>
public static class SampleData
{
    public static TheoryData<string> Records => [.. MessageTypes.Records.Select(type => type.FullName!)];

    public static TheoryData<string> Bases => [.. MessageTypes.Bases.Select(type => type.FullName!)];

    public static TheoryData<string> Enums => [.. MessageTypes.Enums.Select(type => type.FullName!)];

    public static TheoryData<string> Derived =>
        [.. MessageTypes.Bases.SelectMany(MessageTypes.DerivedOf).Select(derived => derived.Type.FullName!)];

    internal static Type TypeOf(string name) => typeof(Serialization.MeshJson).Assembly.GetType(name, throwOnError: true)!;
}
