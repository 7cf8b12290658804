using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Testing.Fixtures;

/// <summary>A server for tests on a private port and directory, which can be killed and restarted.</summary>
public sealed class ServerProcess : IDisposable
{
    private readonly string _script;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-server-");
    private BackgroundProcess? _process;

    private ServerProcess(string script) => _script = script;

    public int Port { get; } = FindFreePort();

    public static Task<ServerProcess> StartBrokerAsync() => StartNewAsync(Repository.BrokerScript);

    public static Task<ServerProcess> StartPostgresAsync() => StartNewAsync(Repository.PostgresScript);

    public async Task StartAsync()
    {
        _process = BackgroundProcess.Start(_script, [_directory.FullName, Port.ToString(CultureInfo.InvariantCulture)]);
        await Eventually.HoldsAsync(
            async () => !_process.HasExited && await IsListeningAsync(), $"{Path.GetFileName(_script)} listens on port {Port}", TimeSpan.FromSeconds(90));
    }

    public Task KillAsync() => _process!.KillAsync();

    public void Dispose()
    {
        _process?.Dispose();
        _directory.Delete(recursive: true);
    }

    /// <summary>A free port below the ephemeral range, so that no outgoing connection uses it.</summary>
    public static int FindFreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(11_000, 19_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // In use; try another one.
            }
        }
    }

    private static async Task<ServerProcess> StartNewAsync(string script)
    {
        var server = new ServerProcess(script);
        await server.StartAsync();
        return server;
    }

    private async Task<bool> IsListeningAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
