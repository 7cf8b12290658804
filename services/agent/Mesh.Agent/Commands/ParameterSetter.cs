using Mesh.Agent.Hypervisors;
using Mesh.Agent.Runtime;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;

namespace Mesh.Agent.Commands;

/// <summary>Sets parameters of one VM's migration and answers for each.</summary>
internal sealed class ParameterSetter(SettingRetrier retrier, VmId vm, MigrationId migration)
{
    public async Task<ParameterAnswer> TrySetAsync(MigrationParameter parameter, string value, Func<Task> call, ParameterResult success = ParameterResult.Applied)
    {
        try
        {
            await retrier.RunAsync(vm, migration, call);
            return new ParameterAnswer(parameter, success, value);
        }
        catch (HypervisorException e) when (e.IsTransient)
        {
            return new ParameterAnswer(parameter, ParameterResult.Failed, e.Message);
        }
        catch (HypervisorException e)
        {
            return new ParameterAnswer(parameter, ParameterResult.Refused, e.Message);
        }
    }
}
