namespace Mesh.Hosting.Outbox;

/// <summary>The ways out of the outbox that this version of the mesh knows.</summary>
internal sealed class OutboxRoutes(IEnumerable<OutboxRoute> routes)
{
    private readonly Dictionary<string, OutboxRoute> _routes = routes.ToDictionary(route => route.Name, StringComparer.Ordinal);

    /// <summary>How to send a row; null with the reason if it cannot be sent whatever is done.</summary>
    public SendMessage? TryRead(OutboxTable.Row row, out string reason)
    {
        reason = "";
        if (!_routes.TryGetValue(row.MessageType, out var route))
        {
            reason = $"this version of the mesh sends no messages of type {row.MessageType}";
            return null;
        }

        try
        {
            return route.Read(row.Body);
        }
#pragma warning disable CA1031 // Reading depends on the row alone, so whatever it throws now it throws for ever.
        catch (Exception e)
#pragma warning restore CA1031
        {
            reason = $"it cannot be read as {route.Type.Name}: {e.Message}";
            return null;
        }
    }
}
