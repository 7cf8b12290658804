using Mesh.Hosting;
using Mesh.Migrations.Host;

return await MeshProgram.RunAsync(args, "migrations", (services, configuration) => services.AddMigrations(configuration));
