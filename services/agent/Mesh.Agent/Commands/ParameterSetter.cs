using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Migrations;

namespace Mesh.Agent.Commands;

internal static class ParameterSetter
{
    public static async Task<ParameterAnswer> TrySetAsync(string name, string value, Func<Task> call, ParameterResult success = ParameterResult.Applied)
    {
        try
        {
            await call();
            return new ParameterAnswer(name, success, value);
        }
        catch (HypervisorException e)
        {
            return new ParameterAnswer(name, ParameterResult.Refused, e.Message);
        }
    }
}
