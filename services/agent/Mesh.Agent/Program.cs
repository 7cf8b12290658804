using Mesh.Agent;
using Mesh.Hosting;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Telemetry;
using Microsoft.Extensions.Hosting;

try
{
    var builder = Host.CreateApplicationBuilder(args);
    if (builder.Configuration["Bus:Broker"] is null or BusOptions.InMemory)
        throw new ProblemException("an agent needs a broker to reach the mesh: set Bus:Broker to amqp://USER:PASSWORD@HOST:PORT/VHOST");
    builder.Services.AddMeshBus(builder.Configuration).AddMeshTelemetry(builder.Configuration, "agent").AddLibvirtAgent(builder.Configuration);
    await builder.Build().RunAsync();
    return 0;
}
catch (ProblemException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 1;
}
