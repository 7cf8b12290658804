using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Purity;

/// <summary>The same rule for compiled assemblies, where no alias or helper hides anything.</summary>
public sealed class PureAssemblyTests
{
    private static readonly string[] BannedNamespaces = ["System.IO", "System.Net", "System.Threading", "System.Timers", "Microsoft", "MassTransit", "Orleans"];

    /// <summary>Types that read and write memory only: none of them can open a file or a connection.</summary>
    private static readonly string[] InMemoryTypes =
        ["System.IO.Stream", "System.IO.StringReader", "System.IO.StringWriter", "System.IO.TextReader", "System.IO.TextWriter"];

    private static readonly string[] BannedMembers =
    [
        "DateTime.get_Now", "DateTime.get_UtcNow", "DateTime.get_Today", "DateTimeOffset.get_Now", "DateTimeOffset.get_UtcNow",
        "Guid.NewGuid", "Guid.CreateVersion7", "Random..ctor", "Random.get_Shared", "Environment.get_TickCount64", "Stopwatch.GetTimestamp",
    ];

    public static TheoryData<string> Projects => [.. Project.Pure.Select(project => project.Name)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void It_references_only_the_contracts_pure_projects_and_the_base_library(string name) => CheckMetadata(name, metadata =>
        metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(reference => reference != "Mesh.Contracts" && !Project.Pure.Any(pure => pure.Name == reference) && !Project.PurePackages.Contains(reference, StringComparer.Ordinal)
                && !reference.StartsWith("System.", StringComparison.Ordinal))
            .ShouldBeEmpty());

    [Theory]
    [MemberData(nameof(Projects))]
    public void It_uses_no_type_for_waiting_or_IO(string name) => CheckMetadata(name, metadata =>
        metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .Where(type => Array.Exists(BannedNamespaces, banned => type.StartsWith(banned + ".", StringComparison.Ordinal)) && !InMemoryTypes.Contains(type, StringComparer.Ordinal))
            .ShouldBeEmpty());

    [Theory]
    [MemberData(nameof(Projects))]
    public void It_uses_no_clock_and_no_randomness(string name) => CheckMetadata(name, metadata =>
        metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => $"{metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name)}.{metadata.GetString(member.Name)}")
            .Where(member => BannedMembers.Contains(member, StringComparer.Ordinal))
            .ShouldBeEmpty());

    [Fact]
    public void Contracts_reference_only_the_base_library() => CheckMetadata("Mesh.Contracts", metadata =>
        metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(reference => !reference.StartsWith("System.", StringComparison.Ordinal))
            .ShouldBeEmpty());

    private static void CheckMetadata(string name, Action<MetadataReader> rule)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        File.Exists(path).ShouldBeTrue($"{name} is a pure project: Mesh.Repository.Tests.csproj must reference it, so that it is checked");
        using var stream = File.OpenRead(path);
        using var file = new PEReader(stream);
        rule(file.GetMetadataReader());
    }
}
