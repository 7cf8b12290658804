using Mesh.Agent;
using Mesh.Hosting;
using Mesh.Hosting.Bus;
using Mesh.Hosting.Telemetry;
using Microsoft.Extensions.Hosting;

try
{
    var builder = Host.CreateApplicationBuilder(args);
    builder.Services.AddMeshBus(builder.Configuration).AddMeshTelemetry(builder.Configuration, "agent").AddLibvirtAgent(builder.Configuration);
    await builder.Build().RunAsync();
    return 0;
}
catch (ProblemException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 1;
}
