namespace Mesh.Simulation.Engine;

/// <summary>
/// An operating system process: its code runs on its context and its clock. A killed process does nothing more: pending awaits never
/// complete and no finally block runs, as with SIGKILL.
/// </summary>
internal sealed class SimulatedProcess
{
    private readonly EventLoop _eventLoop;

    public SimulatedProcess(EventLoop eventLoop, string name)
    {
        (_eventLoop, Name) = (eventLoop, name);
        Context = new ProcessContext(this);
        Clock = new ProcessClock(this);
    }

    /// <summary>Its name in the trace.</summary>
    public string Name { get; }

    /// <summary>The context on which its continuations run.</summary>
    public SynchronizationContext Context { get; }

    public ProcessClock Clock { get; }

    /// <summary>Whether it was killed.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Nothing runs in it before this time.</summary>
    public long FrozenUntilTicks { get; private set; }

    /// <summary>The run's event loop.</summary>
    public EventLoop EventLoop => _eventLoop;

    /// <summary>Raised when it is killed, for whatever outlives it.</summary>
    public event Action? Died;

    /// <summary>Kills it immediately.</summary>
    public void Kill()
    {
        if (IsDead)
            return;
        IsDead = true;
        Died?.Invoke();
    }

    /// <summary>Freezes it for a while, as on a host that is short of memory or CPU time.</summary>
    public void Freeze(TimeSpan time) => FrozenUntilTicks = _eventLoop.Ticks + time.Ticks;

    /// <summary>Schedules an action in it, after a delay if one is given.</summary>
    public void Post(Action action, TimeSpan delay = default) => _eventLoop.Post(this, delay.Ticks, static state => ((Action)state!)(), action);

    private sealed class ProcessContext(SimulatedProcess process) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => process._eventLoop.Post(process, 0, d, state);

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("the mesh never blocks on another thread");

        public override SynchronizationContext CreateCopy() => this;
    }
}
