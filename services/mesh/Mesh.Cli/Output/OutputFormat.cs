namespace Mesh.Cli.Output;

/// <summary>The format of standard output.</summary>
internal enum OutputFormat
{
    /// <summary>Text for people.</summary>
    Table,

    /// <summary>JSON for programs.</summary>
    Json,
}
