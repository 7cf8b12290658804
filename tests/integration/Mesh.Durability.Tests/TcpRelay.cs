using System.Net;
using System.Net.Sockets;

namespace Mesh.Durability.Tests;

/// <summary>
/// A load balancer as in many networks between agents and broker: it accepts every connection, and drops it if the broker is down. Clients
/// then see a failure in the middle of the protocol instead of a refused connection.
/// </summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly int _port;
    private readonly Task _accepting;

    /// <summary>A relay that is running.</summary>
    /// <param name="port">The broker's port.</param>
    /// <param name="listenPort">The relay's own; 0 for a free one.</param>
    public TcpRelay(int port, int listenPort = 0)
    {
        (_port, _listener) = (port, new TcpListener(IPAddress.Loopback, listenPort));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = RelayAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    private async Task RelayAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, _stopping.Token);
                var (clientStream, serverStream) = (client.GetStream(), server.GetStream());
                await Task.WhenAny(clientStream.CopyToAsync(serverStream, _stopping.Token), serverStream.CopyToAsync(clientStream, _stopping.Token));
            }
            catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
            {
                // The broker is down or has gone: both sides are dropped.
            }
        }
    }
}
