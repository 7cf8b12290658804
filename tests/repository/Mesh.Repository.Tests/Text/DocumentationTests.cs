using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Text;

/// <summary>Every public type and member is documented: the compiler enforces it unless a project or source disables that.</summary>
public sealed class DocumentationTests
{
    private static readonly Regex Pragma = SourceCode.Compile("#pragma warning disable.*CS1591");

    [Fact]
    public void Missing_documentation_is_a_compiler_error()
    {
        var properties = XElement.Parse(RepositoryFiles.Read("Directory.Build.props"));

        properties.Descendants("GenerateDocumentationFile").Single().Value.ShouldBe("true");
        properties.Descendants("TreatWarningsAsErrors").Single().Value.ShouldBe("true");
    }

    [Fact]
    public void No_shipped_project_disables_it() =>
        RepositoryFiles.WithExtension(".csproj", ".props", ".targets", ".globalconfig", ".editorconfig")
            .Where(path => !path.StartsWith("tests/", StringComparison.Ordinal) && path.Contains('/', StringComparison.Ordinal))
            .Where(path => RepositoryFiles.Read(path) is var text
                && (text.Contains("CS1591", StringComparison.Ordinal) || text.Contains("GenerateDocumentationFile", StringComparison.Ordinal)
                    || text.Contains("<TreatWarningsAsErrors>false", StringComparison.Ordinal)))
            .ShouldBeEmpty();

    [Fact]
    public void No_shipped_source_disables_it() =>
        RepositoryFiles.ShippedSources.SelectMany(path => SourceCode.Find(path, RepositoryFiles.Read(path), Pragma)).ShouldBeEmpty();
}
