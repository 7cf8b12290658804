namespace Mesh.Testing.Fixtures;

/// <summary>Paths in the source tree and its build output.</summary>
public static class Repository
{
    public static readonly string Root = FindRoot();

    public static string TestBedScript => Path.Combine(Root, "infra", "testbed", "testbed.sh");

    public static string BrokerScript => Path.Combine(Root, "infra", "testbed", "broker.sh");

    public static string PostgresScript => Path.Combine(Root, "infra", "testbed", "postgres.sh");

    /// <summary>The <c>mesh</c> executable.</summary>
    public static string MeshExecutable => Executable("mesh");

    /// <summary>The folder of all build output.</summary>
    public static string Artifacts => Output.Parent!.Parent!.Parent!.FullName;

    private static DirectoryInfo Output => new(AppContext.BaseDirectory);

    /// <summary>The executable of a project, in the same configuration as the tests.</summary>
    public static string Executable(string project) => Path.Combine(Artifacts, "bin", project, Output.Name, project);

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Mesh.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("the tests must run below the repository's root");
    }
}
