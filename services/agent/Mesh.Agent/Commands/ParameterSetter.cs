using Mesh.Agent.Hypervisors;
using Mesh.Contracts.Migrations;

namespace Mesh.Agent.Commands;

internal static class ParameterSetter
{
    public static async Task<ParameterAnswer> TrySetAsync(MigrationParameter parameter, string value, Func<Task> call, ParameterResult success = ParameterResult.Applied)
    {
        try
        {
            await call();
            return new ParameterAnswer(parameter, success, value);
        }
        catch (HypervisorException e) when (e.Code is HypervisorErrorCode.TimedOut)
        {
            return new ParameterAnswer(parameter, ParameterResult.Failed, e.Message);
        }
        catch (HypervisorException e)
        {
            return new ParameterAnswer(parameter, ParameterResult.Refused, e.Message);
        }
    }
}
