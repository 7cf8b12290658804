using System.Xml.Linq;

namespace Mesh.Repository.Tests.Reading;

/// <summary>A project file, as far as the rules need it.</summary>
/// <param name="Path">Its path below the root.</param>
/// <param name="Xml">Its content.</param>
internal sealed record Project(string Path, XElement Xml)
{
    public static IReadOnlyList<Project> All { get; } = [.. RepositoryFiles.WithExtension(".csproj").Select(path => new Project(path, XElement.Parse(RepositoryFiles.Read(path))))];

    /// <summary>The shipped projects.</summary>
    public static IEnumerable<Project> Shipped => All.Where(project => !project.Path.StartsWith("tests/", StringComparison.Ordinal));

    /// <summary>
    /// The pure projects: those with a host project of the same name, which does their I/O; the readers of documents; and what
    /// several services share. Not the agent's core, which waits for its hypervisor: its host adds libvirt to it.
    /// </summary>
    public static IReadOnlyList<Project> Pure { get; } =
    [
        .. All.Where(project => project.Name is "Mesh.Documents" or "Mesh.Documents.Yaml"
            || project.Service == "core"
            || (project.Service is not (null or "agent") && All.Any(host => host.Name == $"{project.Name}.Host" && host.Service == project.Service))),
    ];

    /// <summary>The packages that pure projects may use: they parse text in memory.</summary>
    public static IReadOnlyList<string> PurePackages { get; } = ["YamlDotNet"];

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The name of its assembly.</summary>
    public string AssemblyName => Xml.Descendants("AssemblyName").FirstOrDefault()?.Value ?? Name;

    public string Folder => System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    /// <summary>The folder below services/ that it is part of; null if it is not.</summary>
    public string? Service => Path.Split('/') is ["services", var service, _, ..] ? service : null;

    public bool IsProgram => Xml.Attribute("Sdk")?.Value == "Microsoft.NET.Sdk.Web" || Xml.Descendants("OutputType").Any(type => type.Value == "Exe");

    public IEnumerable<string> Packages => Includes("PackageReference");

    public IEnumerable<string> Frameworks => Includes("FrameworkReference");

    /// <summary>The projects that it references, as paths below the root.</summary>
    public IEnumerable<string> References => Includes("ProjectReference")
        .Select(include => RepositoryRoot.Relative(System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot.At(Folder), include))))
        .SelectMany(reference => reference.Split("**") is [var folder, _]
            ? All.Select(project => project.Path).Where(path => path.StartsWith(folder, StringComparison.Ordinal))
            : [reference]);

    /// <summary>Its source files, without those of projects in folders below.</summary>
    public IEnumerable<string> Sources => RepositoryFiles.WithExtension(".cs")
        .Where(path => path.StartsWith(Folder + "/", StringComparison.Ordinal)
            && !All.Any(other => other.Folder.StartsWith(Folder + "/", StringComparison.Ordinal) && path.StartsWith(other.Folder + "/", StringComparison.Ordinal)));

    public override string ToString() => Name;

    private IEnumerable<string> Includes(string item) =>
        Xml.Descendants(item).Select(element => element.Attribute("Include")?.Value ?? "").Where(include => include.Length > 0);
}
