using System.Text.RegularExpressions;
using System.Xml.Linq;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Text;

/// <summary>Every public type and member is documented: the compiler sees to it, unless somebody told it not to.</summary>
public sealed class DocumentationTests
{
    private static readonly Regex Pragma = SourceCode.Compile("#pragma warning disable.*CS1591");

    [Fact]
    public void The_compiler_is_told_to_look_and_to_be_strict()
    {
        var properties = XElement.Parse(RepositoryFiles.Read("Directory.Build.props"));

        properties.Descendants("GenerateDocumentationFile").Single().Value.ShouldBe("true");
        properties.Descendants("TreatWarningsAsErrors").Single().Value.ShouldBe("true");
    }

    [Fact]
    public void Nothing_that_is_shipped_looks_away() =>
        RepositoryFiles.WithExtension(".csproj", ".props", ".targets", ".globalconfig", ".editorconfig")
            .Where(path => !path.StartsWith("tests/", StringComparison.Ordinal) && path.Contains('/', StringComparison.Ordinal))
            .Where(path => RepositoryFiles.Read(path) is var text
                && (text.Contains("CS1591", StringComparison.Ordinal) || text.Contains("GenerateDocumentationFile", StringComparison.Ordinal)
                    || text.Contains("<TreatWarningsAsErrors>false", StringComparison.Ordinal)))
            .ShouldBeEmpty();

    [Fact]
    public void No_source_that_is_shipped_looks_away() =>
        RepositoryFiles.ShippedSources.SelectMany(path => SourceCode.Find(path, RepositoryFiles.Read(path), Pragma)).ShouldBeEmpty();
}
