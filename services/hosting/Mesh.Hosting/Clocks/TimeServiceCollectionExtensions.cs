using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Mesh.Hosting.Clocks;

/// <summary>Registers the time.</summary>
public static class TimeServiceCollectionExtensions
{
    /// <summary>Adds a time that does not jump, unless there is a <see cref="TimeProvider"/> already; calling it again changes nothing.</summary>
    public static IServiceCollection AddMonotonicTime(this IServiceCollection services)
    {
        services.TryAddSingleton<TimeProvider>(MonotonicTimeProvider.ForProcess);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ClockDriftMonitor>());
        return services;
    }
}
