namespace Mesh.Gateway.Api;

/// <summary>Ends a request with a problem.</summary>
internal sealed class ApiException(ApiProblem problem) : Exception(problem.Detail)
{
    public ApiProblem Problem { get; } = problem;
}
