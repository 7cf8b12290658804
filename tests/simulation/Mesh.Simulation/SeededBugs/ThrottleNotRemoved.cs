using System.Reflection;
using Mesh.Agent.Hypervisors;

namespace Mesh.Simulation.SeededBugs;

/// <summary>Gives agents a hypervisor that silently does not lift a throttle.</summary>
internal sealed class ThrottleNotRemoved : SeededBug
{
    /// <inheritdoc />
    public override IHypervisor Wrap(IHypervisor hypervisor)
    {
        var proxy = DispatchProxy.Create<IHypervisor, ThrottleKeepingHypervisor>();
        ((ThrottleKeepingHypervisor)(object)proxy).Inner = hypervisor;
        return proxy;
    }

    /// <summary>Reports success without lifting the throttle.</summary>
    internal class ThrottleKeepingHypervisor : DispatchProxy
    {
        public IHypervisor? Inner { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name is nameof(IHypervisor.LiftThrottleAsync)
            ? Task.CompletedTask
            : targetMethod.Invoke(Inner, BindingFlags.DoNotWrapExceptions, null, args, null);
    }
}
