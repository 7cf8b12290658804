using Microsoft.Data.Sqlite;

namespace Mesh.Hosting.Store;

/// <summary>What SQLite's error codes mean for whoever has to do something about them.</summary>
internal static class SqliteErrors
{
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NotADatabase = 26;

    /// <summary>Whether the file system or another process is at fault, and not the statement.</summary>
    public static bool IsOutage(SqliteException e) => e.SqliteErrorCode is Busy or ReadOnly or InputOutput or Corrupt or Full or CannotOpen or NotADatabase;

    public static string Describe(SqliteException e, string path) => e.SqliteErrorCode switch
    {
        Busy => "another process keeps the file locked",
        ReadOnly => "the file cannot be written: it, its directory, or the file system is read-only",
        InputOutput => $"the file cannot be read or written ({e.Message})",
        Corrupt => "the file is damaged; 'mesh doctor' tells how",
        Full => "the disk is full",
        CannotOpen when Directory.Exists(path) => "it is a directory, not a file",
        CannotOpen => "the file cannot be opened or created: its directory, or the file system, does not allow it",
        NotADatabase => "file is not a database: it holds something else, or its beginning is damaged",
        _ => e.Message,
    };
}
