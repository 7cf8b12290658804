using Mesh.Hosting;
using Mesh.Policy.Host;

return await MeshProgram.RunAsync(args, "policy", (services, configuration) => services.AddPolicies(configuration));
