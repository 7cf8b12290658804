namespace Mesh.Simulation.Engine;

/// <summary>
/// A process of an operating system: what runs in it runs on its context and its clock. Killed, it does nothing more: whatever
/// waited in it waits for ever, and no finally block runs, as with SIGKILL.
/// </summary>
internal sealed class SimulatedProcess
{
    private readonly EventLoop _eventLoop;

    /// <summary>A process that runs.</summary>
    public SimulatedProcess(EventLoop eventLoop, string name)
    {
        (_eventLoop, Name) = (eventLoop, name);
        Context = new ProcessContext(this);
        Clock = new ProcessClock(this);
    }

    /// <summary>What the trace calls it.</summary>
    public string Name { get; }

    /// <summary>Where its continuations run.</summary>
    public SynchronizationContext Context { get; }

    /// <summary>Its clock.</summary>
    public ProcessClock Clock { get; }

    /// <summary>Whether it was killed.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Nothing runs in it before this time.</summary>
    public long FrozenUntilTicks { get; private set; }

    /// <summary>The run that it is part of.</summary>
    public EventLoop EventLoop => _eventLoop;

    /// <summary>Told when it is killed, to whatever outlives it.</summary>
    public event Action? Died;

    /// <summary>Ends it at once.</summary>
    public void Kill()
    {
        if (IsDead)
            return;
        IsDead = true;
        Died?.Invoke();
    }

    /// <summary>Stops it for a while, as a machine does that is out of memory or of processors.</summary>
    public void Freeze(TimeSpan time) => FrozenUntilTicks = _eventLoop.Ticks + time.Ticks;

    /// <summary>Does something in it, now or later.</summary>
    public void Post(Action action, TimeSpan delay = default) => _eventLoop.Post(this, delay.Ticks, static act => ((Action)act!)(), action);

    private sealed class ProcessContext(SimulatedProcess process) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => process._eventLoop.Post(process, 0, d, state);

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("nothing in the mesh waits for another thread");

        public override SynchronizationContext CreateCopy() => this;
    }
}
