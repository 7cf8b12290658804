using Mesh.Hosting;
using Mesh.Scheduler.Host;

return await MeshProgram.RunAsync(args, "scheduler", (services, configuration) => services.AddScheduler(configuration));
