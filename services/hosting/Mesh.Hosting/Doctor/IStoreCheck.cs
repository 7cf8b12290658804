namespace Mesh.Hosting.Doctor;

/// <summary>
/// One thing that <see cref="StoreDoctor"/> looks at. A service registers a check for whatever it keeps in the store; a check reads,
/// and changes nothing but through <see cref="DiagnosticContext.ReportAsync"/>.
/// </summary>
public interface IStoreCheck
{
    /// <summary>Its name in the findings; a word.</summary>
    string Name { get; }

    /// <summary>Looks, and tells what is not as it should be.</summary>
    Task RunAsync(DiagnosticContext context);
}
