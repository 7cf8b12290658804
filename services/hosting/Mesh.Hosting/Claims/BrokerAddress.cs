namespace Mesh.Hosting.Claims;

/// <summary>The address of a broker without user and password: <c>HOST:PORT/VHOST</c>.</summary>
internal static class BrokerAddress
{
    private const int AmqpPort = 5672;
    private const int AmqpsPort = 5671;

    /// <summary>The address in an AMQP URL. <c>amqp://rabbit</c> and <c>amqp://rabbit:5672/</c> are one address, of the virtual host <c>/</c>.</summary>
    public static string Of(string broker)
    {
        var uri = new Uri(broker);
        var port = uri.Port > 0 ? uri.Port : uri.Scheme == "amqps" ? AmqpsPort : AmqpPort;
        var vhost = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        return $"{uri.Host.ToLowerInvariant()}:{port}/{(vhost == "/" ? "" : vhost)}";
    }
}
