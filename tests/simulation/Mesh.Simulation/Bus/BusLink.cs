namespace Mesh.Simulation.Bus;

/// <summary>The way between a machine and the broker.</summary>
internal sealed class BusLink
{
    private bool _isCut;

    /// <summary>Whether nothing goes through.</summary>
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

    /// <summary>Told when it was cut or mended.</summary>
    public event Action? Changed;
}
