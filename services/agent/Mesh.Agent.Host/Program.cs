using Mesh.Agent.Host;
using Mesh.Hosting;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Telemetry;

return await MeshProgram.RunAsync(args, "agent", (services, configuration) =>
{
    if (configuration["Bus:Broker"] is null or BusOptions.InMemory)
        throw new ProblemException("a broker is required to reach the mesh: set Bus:Broker to amqp://USER:PASSWORD@HOST:PORT/VHOST");
    services.AddMeshBus(configuration).AddMeshTelemetry(configuration, "agent").AddLibvirtAgent(configuration);
});
