namespace Mesh.Testing.Real;

/// <summary>Where things are in the source tree and in its build output.</summary>
public static class Repository
{
    public static readonly string Root = FindRoot();

    public static string TestBedScript => Path.Combine(Root, "infra", "testbed", "testbed.sh");

    public static string BrokerScript => Path.Combine(Root, "infra", "testbed", "broker.sh");

    public static string PostgresScript => Path.Combine(Root, "infra", "testbed", "postgres.sh");

    /// <summary>The <c>mesh</c> executable of the same configuration as the tests: a sibling in the artifacts folder.</summary>
    public static string MeshExecutable
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(output.Parent!.Parent!.FullName, "mesh", output.Name, "mesh");
        }
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Mesh.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("the tests do not run below the repository's root");
    }
}
