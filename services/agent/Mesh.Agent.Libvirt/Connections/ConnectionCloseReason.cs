namespace Mesh.Agent.Libvirt;

/// <summary>Why a connection is closed (<c>virConnectCloseReason</c>).</summary>
public enum ConnectionCloseReason
{
    /// <summary>A connection error (<c>VIR_CONNECT_CLOSE_REASON_ERROR</c>).</summary>
    Error = 0,

    /// <summary>The daemon closed it, or died (<c>VIR_CONNECT_CLOSE_REASON_EOF</c>).</summary>
    EndOfFile = 1,

    /// <summary>The daemon did not answer the keepalive messages (<c>VIR_CONNECT_CLOSE_REASON_KEEPALIVE</c>).</summary>
    KeepAlive = 2,

    /// <summary>This side closed it (<c>VIR_CONNECT_CLOSE_REASON_CLIENT</c>).</summary>
    Client = 3,
}
