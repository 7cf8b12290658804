namespace Mesh.Hosting.Store;

/// <summary>
/// Is passed on the way to the store and back. A simulation registers one to hold a call up there, to let it fail, or to end the
/// process; nobody else does.
/// </summary>
/// <param name="moment">Where the call is.</param>
public delegate Task StoreInterceptor(StoreCallStage moment);

/// <summary>Where a call to the store is.</summary>
public enum StoreCallStage
{
    /// <summary>About to read.</summary>
    BeforeRead,

    /// <summary>About to begin a transaction: nothing of it has happened.</summary>
    BeforeWrite,

    /// <summary>The transaction is kept, and the caller does not know it yet.</summary>
    AfterCommit,
}
