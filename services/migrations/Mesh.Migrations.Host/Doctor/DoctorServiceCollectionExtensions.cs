using Mesh.Hosting.Doctor;

namespace Mesh.Migrations.Host.Doctor;

/// <summary>Registers what a doctor looks at in the store of the migrations service.</summary>
internal static class DoctorServiceCollectionExtensions
{
    public static IServiceCollection AddMigrationChecks(this IServiceCollection services) => services
        .AddSingleton<IStoreCheck, MigrationsCheck>()
        .AddSingleton<IStoreCheck, EpochCheck>()
        .AddSingleton<IStoreCheck, InventoryCheck>()
        .AddSingleton<IStoreCheck, FenceCheck>();
}
