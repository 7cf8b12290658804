namespace Mesh.Agent.Libvirt;

/// <summary>The names of calls that have not returned.</summary>
internal sealed class CallTracker
{
    private readonly Lock _lock = new();
    private readonly List<string> _names = [];

    internal IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _names];
            }
        }
    }

    internal void Add(string name)
    {
        lock (_lock)
        {
            _names.Add(name);
        }
    }

    /// <summary>Adds a name unless the limit is reached.</summary>
    internal bool TryAdd(string name, int limit)
    {
        lock (_lock)
        {
            if (_names.Count >= limit)
            {
                return false;
            }

            _names.Add(name);
            return true;
        }
    }

    internal void Remove(string name)
    {
        lock (_lock)
        {
            _names.Remove(name);
        }
    }
}
