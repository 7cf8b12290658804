using Mesh.Gateway.Api;
using Mesh.Gateway.Network;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mesh.Gateway;

/// <summary>Puts the gateway into a web application.</summary>
public static class GatewayEndpoints
{
    /// <summary>Adds the REST resources, the live streams and what guards them.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Mesh.Gateway");
        app.Use((context, next) => ProblemWriter.InvokeAsync(context, next, logger));
        app.Use((context, next) => LoopbackOnly.InvokeAsync(context, next));
        app.UseRouting();
        MigrationsApi.Map(app);
        ChangesApi.Map(app);
        PoliciesApi.Map(app);
        VmPolicyApi.Map(app);
        HostsApi.Map(app);
        ScheduleApi.Map(app);
        DrainsApi.Map(app);
        RulesApi.Map(app);
        return app;
    }
}
