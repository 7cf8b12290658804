using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Layout;

/// <summary>
/// Inside a project, namespaces depend on each other in one direction. A parent counts as a separate namespace, so the code that registers a project's
/// services belongs in its root and nothing below uses it. Read from the compiled assemblies, where no alias and no `using` hides a dependency.
/// </summary>
public sealed class NamespaceTests
{
    public static TheoryData<string> Projects => [.. Project.Shipped.Select(project => project.AssemblyName)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespaces_of_a_project_form_no_cycle(string assembly) =>
        FindCycles(Dependencies(assembly)).ShouldBeEmpty();

    [Fact]
    public void A_cycle_through_a_third_namespace_is_found() =>
        FindCycles([("A", "B"), ("B", "C"), ("C", "A"), ("C", "D")]).ShouldBe(["A, B, C"]);

    private static IReadOnlyList<(string From, string To)> Dependencies(string assembly)
    {
        var path = System.IO.Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll");
        File.Exists(path).ShouldBeTrue($"{assembly} is shipped: Mesh.Repository.Tests.csproj must reference it, so that it is checked");
        var architecture = new ArchLoader().LoadAssembly(System.Reflection.Assembly.LoadFrom(path)).Build();
        return
        [
            .. architecture.Types
                .SelectMany(type => type.Dependencies)
                .Where(dependency => IsOurs(dependency.Origin) && IsOurs(dependency.Target) && dependency.Target.Assembly.Name == dependency.Origin.Assembly.Name)
                .Select(dependency => (dependency.Origin.Namespace.FullName, dependency.Target.Namespace.FullName))
                .Where(edge => edge.Item1 != edge.Item2)
                .Distinct(),
        ];
    }

    // Compiler-generated types have no namespace.
    private static bool IsOurs(IType type) => type.Namespace?.FullName.StartsWith("Mesh.", StringComparison.Ordinal) == true;

    /// <summary>The namespaces that depend on each other, one line per cycle.</summary>
    private static IReadOnlyList<string> FindCycles(IReadOnlyList<(string From, string To)> edges)
    {
        var next = edges.ToLookup(edge => edge.From, edge => edge.To, StringComparer.Ordinal);
        var reached = edges.Select(edge => edge.From).Distinct(StringComparer.Ordinal).ToDictionary(from => from, Reach, StringComparer.Ordinal);
        return
        [
            .. reached.Where(item => item.Value.Contains(item.Key))
                .Select(item => string.Join(", ", item.Value.Where(other => reached.TryGetValue(other, out var back) && back.Contains(item.Key)).Order(StringComparer.Ordinal)))
                .Distinct(StringComparer.Ordinal),
        ];

        HashSet<string> Reach(string from)
        {
            HashSet<string> found = new(StringComparer.Ordinal);
            Stack<string> open = new(next[from]);
            while (open.TryPop(out var name))
                if (found.Add(name))
                    foreach (var further in next[name])
                        open.Push(further);
            return found;
        }
    }
}
