using System.Text.RegularExpressions;
using Mesh.Repository.Tests.Reading;

namespace Mesh.Repository.Tests.Text;

public sealed class LocalPathTests
{
    // Put together here, so that this file does not contain them.
    private static readonly Regex Somebodys = SourceCode.Compile($@"(?<![\w.$}}])/({"wo"}rk|far{"m"}|{"Use"}rs|{"ro"}ot)/|/{"ho"}me/[a-z]");

    [Fact]
    public void No_file_knows_the_machine_that_it_was_written_on() =>
        RepositoryFiles.TextFiles.SelectMany(path => SourceCode.Find(path, RepositoryFiles.Read(path), Somebodys)).ShouldBeEmpty();
}
