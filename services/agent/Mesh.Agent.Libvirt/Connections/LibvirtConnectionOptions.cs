namespace Mesh.Agent.Libvirt;

/// <summary>The settings of a connection.</summary>
public sealed record LibvirtConnectionOptions
{
    /// <summary>
    /// How long a connection may be idle before a keepalive message is sent, in whole seconds from 1 s on. Default: 5 s.
    /// </summary>
    public TimeSpan KeepAliveInterval
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromSeconds(1));
            field = value;
        }
    } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many keepalive messages may remain unanswered before the connection is closed, at least 1. Default: 5, so after 30 s.
    /// </summary>
    public int KeepAliveCount
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 5;
}
