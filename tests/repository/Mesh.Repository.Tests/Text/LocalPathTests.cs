using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Text;

public sealed class LocalPathTests
{
    // Concatenated, so that this file does not match.
    private static readonly Regex LocalPath = SourceCode.Compile($@"(?<![\w.$}}])/({"wo"}rk|far{"m"}|{"Use"}rs|{"ro"}ot)/|/{"ho"}me/[a-z]");

    [Fact]
    public void No_file_contains_a_path_of_the_machine_it_was_written_on() =>
        RepositoryFiles.TextFiles.SelectMany(path => SourceCode.Find(path, RepositoryFiles.Read(path), LocalPath)).ShouldBeEmpty();
}
