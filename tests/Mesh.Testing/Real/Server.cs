using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mesh.Testing.Real;

/// <summary>A server of the tests' own on a private port and directory, which may be killed and started again.</summary>
public sealed class Server : IDisposable
{
    private readonly string _script;
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mesh-server-");
    private BackgroundProcess? _process;

    private Server(string script) => _script = script;

    public int Port { get; } = FreePort();

    public static Task<Server> BrokerAsync() => StartedAsync(Repository.BrokerScript);

    public static Task<Server> PostgresAsync() => StartedAsync(Repository.PostgresScript);

    public async Task StartAsync()
    {
        _process = BackgroundProcess.Start(_script, [_directory.FullName, Port.ToString(CultureInfo.InvariantCulture)]);
        await Eventually.HoldsAsync(
            async () => !_process.HasExited && await AnswersAsync(), $"{Path.GetFileName(_script)} answers on port {Port}", TimeSpan.FromSeconds(90));
    }

    public Task KillAsync() => _process!.KillAsync();

    public void Dispose()
    {
        _process?.Dispose();
        _directory.Delete(recursive: true);
    }

    /// <summary>A port below the ephemeral range, so that no outgoing connection takes it meanwhile.</summary>
    public static int FreePort()
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
                // Somebody has it; another one will do.
            }
        }
    }

    private static async Task<Server> StartedAsync(string script)
    {
        var server = new Server(script);
        await server.StartAsync();
        return server;
    }

    private async Task<bool> AnswersAsync()
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
