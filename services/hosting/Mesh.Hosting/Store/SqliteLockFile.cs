using Mesh.Hosting.Errors;

namespace Mesh.Hosting.Store;

/// <summary>
/// An exclusive lock of the operating system on the file <c>PATH.lock</c> beside a SQLite database. It is a file of its own, because SQLite's locks
/// on the database are lost when any other handle of it is closed. It stays behind: deleting it would let a third process lock a new file while
/// the second locks the old.
/// </summary>
internal sealed class SqliteLockFile(FileStream file) : IProcessLock
{
    private const string Suffix = ".lock";

    /// <summary>The errno of a lock that another process holds (EWOULDBLOCK), as .NET reports it.</summary>
    private const int WouldBlock = 11;

    /// <summary>Takes the lock; null if another process has it.</summary>
    /// <exception cref="ProblemException">The file cannot be created.</exception>
    public static SqliteLockFile? TryTake(string database)
    {
        try
        {
            return new SqliteLockFile(new FileStream(database + Suffix, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException($"the store {SqlDialect.SqlitePrefix}{database} cannot be used: {SqliteDialect.DescribeUnopenable(database)}", e);
        }
    }

    /// <summary>Whether another process has it. Asks with a shared lock, so that two that ask do not take each other for a mesh.</summary>
    public static bool IsTaken(string database)
    {
        try
        {
            using var probe = new FileStream(database + Suffix, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException e)
        {
            return e.HResult == WouldBlock;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    public Task<bool> IsIntactAsync(CancellationToken cancellation) => Task.FromResult(true);

    public void Dispose() => file.Dispose();
}
