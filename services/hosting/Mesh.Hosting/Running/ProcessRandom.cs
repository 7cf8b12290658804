using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mesh.Hosting.Running;

/// <summary>The randomness of a process; whoever needs some is given it, so that a test can give a seeded one.</summary>
public static class ProcessRandom
{
    /// <summary>Unpredictable, and safe to use from several threads.</summary>
#pragma warning disable RS0030 // The one place where it comes into a process.
    public static Random OfProcess => Random.Shared;
#pragma warning restore RS0030

    /// <summary>Adds randomness, unless there is a <see cref="Random"/> already.</summary>
    public static IServiceCollection AddProcessRandom(this IServiceCollection services)
    {
        services.TryAddSingleton(OfProcess);
        return services;
    }
}
