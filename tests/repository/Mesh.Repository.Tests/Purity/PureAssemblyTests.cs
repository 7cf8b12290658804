using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Purity;

/// <summary>The same rule once more, on what the compiler made: nothing is hidden there by an alias or a helper.</summary>
public sealed class PureAssemblyTests
{
    private static readonly string[] BannedNamespaces = ["System.IO", "System.Net", "System.Threading", "System.Timers", "Microsoft", "MassTransit", "Orleans"];

    /// <summary>What reads and writes memory only: none of them can open a file or a connection.</summary>
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
    public void It_was_compiled_against_the_contracts_others_that_only_decide_and_the_base_library(string name) => CheckMetadata(name, metadata =>
        metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(reference => reference != "Mesh.Contracts" && !Project.Pure.Any(pure => pure.Name == reference) && !Project.PurePackages.Contains(reference, StringComparer.Ordinal)
                && !reference.StartsWith("System.", StringComparison.Ordinal))
            .ShouldBeEmpty());

    [Theory]
    [MemberData(nameof(Projects))]
    public void It_uses_no_type_that_waits_reads_or_writes(string name) => CheckMetadata(name, metadata =>
        metadata.TypeReferences.Select(metadata.GetTypeReference)
            .Select(type => $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}")
            .Where(type => Array.Exists(BannedNamespaces, banned => type.StartsWith(banned + ".", StringComparison.Ordinal)) && !InMemoryTypes.Contains(type, StringComparer.Ordinal))
            .ShouldBeEmpty());

    [Theory]
    [MemberData(nameof(Projects))]
    public void It_calls_neither_the_clock_nor_chance(string name) => CheckMetadata(name, metadata =>
        metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => $"{metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name)}.{metadata.GetString(member.Name)}")
            .Where(member => BannedMembers.Contains(member, StringComparer.Ordinal))
            .ShouldBeEmpty());

    [Fact]
    public void Contracts_were_compiled_against_the_base_library_alone() => CheckMetadata("Mesh.Contracts", metadata =>
        metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(reference => !reference.StartsWith("System.", StringComparison.Ordinal))
            .ShouldBeEmpty());

    private static void CheckMetadata(string name, Action<MetadataReader> rule)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"{name}.dll");
        File.Exists(path).ShouldBeTrue($"{name} only decides: add a reference to it to Mesh.Repository.Tests.csproj, so that it is looked at");
        using var stream = File.OpenRead(path);
        using var file = new PEReader(stream);
        rule(file.GetMetadataReader());
    }
}
