using Mesh.Agent.Configuration;
using Mesh.Agent.Libvirt;
using Mesh.Agent.Libvirt.Adapter;
using Mesh.Contracts.Values;
using Mesh.Hosting.Errors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Mesh.Agent.Host;

/// <summary>Registers the agent of a libvirt host.</summary>
public static class LibvirtAgentServiceCollectionExtensions
{
    /// <summary>Adds the agent of a libvirt host, configured by section <c>Agent</c>.</summary>
    /// <exception cref="ProblemException">The host's name is invalid.</exception>
    public static IServiceCollection AddLibvirtAgent(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection("Agent");
        var host = ParseHost(section[nameof(AgentOptions.Host)] ?? Environment.MachineName);
        services.AddOptions<LibvirtOptions>(host.Value).Bind(section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AgentOptions>, LibvirtOptionsValidator>());
        return services.AddAgent(
            host,
            options =>
            {
                options.StateDirectory = AgentOptions.DefaultStateDirectory;
                section.Bind(options);
            },
            provider => Connect(provider.GetRequiredService<IOptionsMonitor<LibvirtOptions>>().Get(host.Value), provider.GetRequiredService<TimeProvider>()));
    }

    private static HostName ParseHost(string text)
    {
        try
        {
            return new HostName(text);
        }
        catch (ArgumentException e)
        {
            throw new ProblemException($"Agent:Host '{text}' is not a host name: 1 to 253 letters, digits, dots, hyphens or underscores", e);
        }
    }

    private static LibvirtHypervisor Connect(LibvirtOptions options, TimeProvider time)
    {
        try
        {
            _ = LibvirtConnection.GetClientVersion();
            return new LibvirtHypervisor(options, time);
        }
        catch (DllNotFoundException e)
        {
            throw new ProblemException("libvirt's client library (libvirt.so.0) is not installed; on Debian: apt-get install libvirt0", e);
        }
    }

    /// <summary>Checks both halves of the section together, so that every problem is reported at once.</summary>
    private sealed class LibvirtOptionsValidator(IOptionsMonitor<LibvirtOptions> libvirt) : IValidateOptions<AgentOptions>
    {
        public ValidateOptionsResult Validate(string? name, AgentOptions options) =>
            libvirt.Get(name).Validate().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
