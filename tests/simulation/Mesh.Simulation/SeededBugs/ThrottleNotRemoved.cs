using System.Reflection;
using Mesh.Agent.Hypervisors;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Gives agents a hypervisor that does not lift a throttle and does not say so.</summary>
internal sealed class ThrottleNotRemoved : SeededBug
{
    /// <inheritdoc />
    public override IHypervisor Wrap(IHypervisor hypervisor)
    {
        var proxy = DispatchProxy.Create<IHypervisor, ThrottleKeepingHypervisor>();
        ((ThrottleKeepingHypervisor)(object)proxy).Inner = hypervisor;
        return proxy;
    }

    /// <summary>The hypervisor that does not listen.</summary>
    internal class ThrottleKeepingHypervisor : DispatchProxy
    {
        public IHypervisor? Inner { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name is nameof(IHypervisor.LiftThrottleAsync)
            ? Task.CompletedTask
            : targetMethod.Invoke(Inner, BindingFlags.DoNotWrapExceptions, null, args, null);
    }
}
