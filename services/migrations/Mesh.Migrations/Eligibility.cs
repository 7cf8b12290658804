using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations;

/// <summary>Whether a migration may start: every reason against it at once, before anything is touched.</summary>
public static class Eligibility
{
    /// <summary>The machine that the request means: where it runs, else any host that knows it; null if there is none or it is ambiguous.</summary>
    public static LocatedVm? Locate(MigrationFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var candidates = facts.Candidates;
        return candidates.Select(located => located.Vm.Id).Distinct().Count() == 1
            ? candidates.OrderByDescending(located => Rank(located.Vm.Status)).First()
            : null;
    }

    /// <summary>
    /// The first of the named hosts that nothing speaks against, those passed over before it, and the reasons against the request;
    /// no reason means that it may start.
    /// </summary>
    public static (HostName Destination, IReadOnlyList<FailedAttempt> PassedOver, IReadOnlyList<Refusal> Refusals) Check(
        RequestMigration request, LocatedVm? located, MigrationFacts facts, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(facts);
        List<Refusal> reasons = [.. OptionRules.Check(request.Options, request.Limits), .. CheckPolicy(request, facts)];
        if (located is null)
            reasons.Add(NotFound(request.Vm, facts));
        else
            reasons.AddRange(CheckVm(located, facts, request.Options));

        var against = facts.Destinations.Select(destination => (destination.Host, Refusals: CheckDestination(destination, located, now).ToList())).ToList();
        if (against.FindIndex(host => host.Refusals.Count == 0) is var chosen and >= 0)
            return (against[chosen].Host,
                [.. against.Take(chosen).Select(host => new FailedAttempt(host.Host, string.Join("; ", host.Refusals.Select(refusal => refusal.Message))))],
                reasons);
        return (request.To, [], [.. reasons, .. against.SelectMany(host => host.Refusals)]);
    }

    /// <summary>The hosts that are named after one.</summary>
    public static IReadOnlyList<HostName> After(MigrationFacts facts, HostName destination)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return [.. facts.Destinations.Select(named => named.Host).SkipWhile(host => host != destination).Skip(1).Where(host => host != destination).Distinct()];
    }

    private static IEnumerable<Refusal> CheckPolicy(RequestMigration request, MigrationFacts facts)
    {
        if (request.Policy is { } named && facts.Policy is null && facts.Candidates.Count > 0)
            yield return new(RefusalCode.UnknownPolicy, $"there is no policy '{named}' (`mesh policy list` lists them)");
        if (request.DowntimeBudget is { } budget && (budget < TimeSpan.FromMilliseconds(1) || budget > OptionRules.MaxDowntimeMax))
            yield return new(RefusalCode.BadOption, $"a downtime budget of {budget.TotalMilliseconds:0} ms: 1 ms to {OptionRules.MaxDowntimeMax.TotalMilliseconds:0} ms are accepted");
        if (request.Deadline is { } deadline && deadline <= TimeSpan.Zero)
            yield return new(RefusalCode.BadOption, "the deadline must be longer than zero");
    }

    private static Refusal NotFound(string vm, MigrationFacts facts)
    {
        var candidates = facts.Candidates;
        return candidates.Count == 0
            ? new(RefusalCode.UnknownVm, $"no host has reported a machine '{vm}' (`mesh vms` lists them)")
            : new(RefusalCode.AmbiguousVm, $"several machines are called '{vm}': "
                + string.Join(", ", candidates.Select(located => $"{located.Vm.Id} on {located.Host}")) + "; give the UUID");
    }

    private static IEnumerable<Refusal> CheckVm(LocatedVm located, MigrationFacts facts, MigrationOptions options)
    {
        var vm = located.Vm;
        if (vm.Status == VmStatus.MigratingFrom || facts.OtherMigration is not null)
            yield return new(RefusalCode.AlreadyMigrating, facts.OtherMigration is { } other
                ? $"{vm.Name} is in migration {other} already"
                : $"{vm.Name} is in a migration on {located.Host} that the mesh did not start");
        else if (vm.Status is not VmStatus.Up)
            yield return new(RefusalCode.VmNotRunning, $"{vm.Name} is {InWords(vm.Status)} on {located.Host}; only a running machine can be moved live");

        foreach (var device in vm.HostDevices)
            yield return new(RefusalCode.HostDevice, $"{vm.Name} has the {device.Kind} device {device.Address} of {located.Host}; detach it first");
        foreach (var disk in vm.Disks.Where(disk => disk is { Device: DiskDevice.CdRom, Source.Length: > 0 }))
            yield return new(RefusalCode.CdRomInserted, $"{vm.Name} has the CD-ROM {disk.Source} in {disk.Target}; eject it first");
        foreach (var refusal in CheckDisks(vm, options))
            yield return refusal;
    }

    private static IEnumerable<Refusal> CheckDisks(VmDescription vm, MigrationOptions options)
    {
        foreach (var target in options.MigrateDisks)
        {
            var disk = vm.Disks.FirstOrDefault(disk => string.Equals(disk.Target, target, StringComparison.Ordinal));
            if (disk is null)
                yield return new(RefusalCode.UnknownDisk, $"{vm.Name} has no disk '{target}'; it has {InWords(vm.Disks)}");
            else if (!Disks.IsWritable(disk))
                yield return new(RefusalCode.DiskNotWritable, $"disk {target} of {vm.Name} is {WhyNotWritable(disk)}; only writable disks can be copied");
        }

        if (options.CopyStorage != CopyStorage.None && options.MigrateDisks.Count == 0 && Disks.ToCopy(vm, options).Count == 0)
            yield return new(RefusalCode.DiskNotWritable, $"{vm.Name} has no writable disk to copy; it has {InWords(vm.Disks)}");
    }

    /// <summary>The reasons against a host as the destination of a machine, which is null if it was not found.</summary>
    public static IEnumerable<Refusal> CheckDestination(DestinationFacts facts, LocatedVm? located, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var host = facts.Host;
        if (facts.Inventory is not { } destination)
        {
            yield return new(RefusalCode.UnknownHost, $"no agent has reported a host '{host}' (`mesh hosts` lists them)");
            yield break;
        }

        if (facts.Health != HostHealth.Healthy)
            yield return new(RefusalCode.HostNotUp, facts.Health == HostHealth.Fenced ? $"{host} was fenced and has not come back" : facts.HeardAt is { } last
                ? $"{host} was last heard of {(now - last).TotalSeconds:0} s ago"
                : $"{host} has not been heard of since the mesh started");
        else if (!facts.HypervisorReachable)
            yield return new(RefusalCode.HostNotUp, $"the hypervisor of {host} does not answer its agent");
        if (located is null)
            yield break;
        if (located.Host == host)
        {
            yield return new(RefusalCode.SameHost, $"{located.Vm.Name} is on {host} already");
            yield break;
        }

        if (destination.Vms.FirstOrDefault(vm => vm.Id == located.Vm.Id || string.Equals(vm.Name, located.Vm.Name, StringComparison.Ordinal)) is { } same
            && same.Status != VmStatus.Down)
            yield return new(RefusalCode.VmExistsOnDestination, $"{host} has a machine {same.Name} ({same.Id}) that is {InWords(same.Status)}");
        if (destination.Capacity.FreeMemory < located.Vm.Memory)
            yield return new(RefusalCode.NotEnoughMemory,
                $"{host} has {destination.Capacity.FreeMemory} of memory free, and {located.Vm.Name} needs {located.Vm.Memory}");
    }

    private static int Rank(VmStatus status) => status switch
    {
        VmStatus.Up or VmStatus.MigratingFrom => 3,
        VmStatus.Paused or VmStatus.PostCopyFailed => 2,
        VmStatus.MigratingTo => 1,
        _ => 0,
    };

    private static string InWords(VmStatus status) => status switch
    {
        VmStatus.Up => "running",
        VmStatus.Down => "not running",
        VmStatus.Paused => "paused",
        VmStatus.MigratingFrom => "migrating away",
        VmStatus.MigratingTo => "arriving",
        VmStatus.PostCopyFailed => "paused by a failed post-copy",
        _ => status.ToString(),
    };

    private static string InWords(IReadOnlyList<VmDisk> disks) =>
        disks.Count == 0 ? "none" : string.Join(", ", disks.Select(disk => disk.Target));

    private static string WhyNotWritable(VmDisk disk) => disk switch
    {
        { Device: DiskDevice.CdRom } => "a CD-ROM",
        { Device: DiskDevice.Floppy } => "a floppy",
        { ReadOnly: true } => "read-only",
        _ => "without an image",
    };
}
