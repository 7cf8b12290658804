using Mesh.Agent.Configuration;
using Mesh.Agent.Libvirt;
using Mesh.Agent.LibvirtAdapter;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Mesh.Agent;

/// <summary>Registers the agent of a libvirt host.</summary>
public static class LibvirtAgentServiceCollectionExtensions
{
    /// <summary>Adds the agent of a libvirt host with the settings of section <c>Agent</c>.</summary>
    /// <exception cref="ProblemException">The settings are not accepted, or libvirt's client library is not installed.</exception>
    public static IServiceCollection AddLibvirtAgent(this IServiceCollection services, IConfiguration configuration)
    {
        var options = Bind(configuration);
        RequireLibvirt();
        return services.AddAgent(
            options, provider => new LibvirtHypervisor(options, provider.GetRequiredService<TimeProvider>()));
    }

    private static AgentOptions Bind(IConfiguration configuration)
    {
        var options = new AgentOptions { Host = Environment.MachineName, StateDirectory = AgentOptions.DefaultStateDirectory };
        try
        {
            configuration.GetSection("Agent").Bind(options);
        }
        catch (InvalidOperationException e)
        {
            throw new ProblemException($"the agent's settings (section Agent) are not accepted: {e.GetBaseException().Message} {e.Message}", e);
        }

        return options;
    }

    private static void RequireLibvirt()
    {
        try
        {
            _ = LibvirtConnection.GetClientVersion();
        }
        catch (DllNotFoundException e)
        {
            throw new ProblemException("libvirt's client library (libvirt.so.0) is not installed here; on Debian: apt-get install libvirt0", e);
        }
    }
}
