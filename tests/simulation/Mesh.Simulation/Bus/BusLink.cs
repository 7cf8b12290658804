namespace Mesh.Simulation.Bus;

/// <summary>The network link between a process and the broker.</summary>
internal sealed class BusLink
{
    private bool _isCut;

    /// <summary>Whether the link is down.</summary>
    public bool IsCut
    {
        get => _isCut;
        set
        {
            if (_isCut == value)
                return;
            _isCut = value;
            Changed?.Invoke();
        }
    }

    /// <summary>Raised when the link goes down or comes back.</summary>
    public event Action? Changed;
}
