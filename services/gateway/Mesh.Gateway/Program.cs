using Mesh.Gateway;
using Mesh.Hosting;
using Mesh.Hosting.Telemetry;

return await MeshProgram.RunAsync(
    args,
    "gateway",
    (services, configuration) => services.AddMeshBus(configuration).AddMeshTelemetry(configuration, "gateway").AddGateway(configuration),
    app => app.MapGateway());
