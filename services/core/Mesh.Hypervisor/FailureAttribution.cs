using System.Text.RegularExpressions;
using Mesh.Contracts.Migrations;

namespace Mesh.Hypervisor;

/// <summary>
/// Attributes the failure of a migration job by libvirt's and QEMU's own error texts, which are not translated for a daemon. Texts of
/// libvirt 7 to 11 and QEMU 5 to 10.
/// </summary>
public static partial class FailureAttribution
{
    // The first match decides: a text may quote another, and the more specific one is listed first.
    private static readonly (Regex Text, FailureCause Cause)[] Table =
    [
        // What QEMU or libvirt finds in the VM.
        (NonMigratableDevice(), FailureCause.Vm),
        (UnsafeOrUnsupportedVm(), FailureCause.Vm),
        (GuestStopped(), FailureCause.Vm),

        // What the destination's libvirt reports while it prepares, and its QEMU while it starts and loads the VM.
        (DestinationConfiguration(), FailureCause.Destination),
        (DestinationStorage(), FailureCause.Destination),
        (DestinationResources(), FailureCause.Destination),
        (DestinationCpu(), FailureCause.Destination),
        (DestinationQemu(), FailureCause.Destination),
        (DestinationDaemon(), FailureCause.Destination),

        // The source's libvirt or QEMU itself.
        (SourceBusy(), FailureCause.Source),
        (SourceQemu(), FailureCause.Source),

        (Connection(), FailureCause.Network),
    ];

    /// <summary>Who is to blame; unknown where the text does not tell.</summary>
    /// <param name="error">The error of libvirt's migrate call, as the source's agent reported it.</param>
    public static FailureCause FromError(string error)
    {
        ArgumentNullException.ThrowIfNull(error);
        foreach (var (text, cause) in Table)
            if (text.IsMatch(error))
                return cause;
        return FailureCause.Unknown;
    }

    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking;

    [GeneratedRegex("non-migratable device|does not support migration|migration is (currently )?(disabled|not supported|blocked)|disallows migration|cannot migrate (a )?domain with|has assigned .*host devices|not migratable", Options)]
    private static partial Regex NonMigratableDevice();

    [GeneratedRegex("unsafe migration|migration without shared storage is unsafe|may lead to data corruption|domain has (active block job|\\d+ snapshots)|cannot migrate domain|unsupported.*migration.*(nvram|tpm|shmem|filesystem)", Options)]
    private static partial Regex UnsafeOrUnsupportedVm();

    [GeneratedRegex("domain (is not running|is no longer running|is not active)|guest (shut down|unexpectedly quit)|domain crashed|domain's? .*was (destroyed|shut ?off)", Options)]
    private static partial Regex GuestStopped();

    [GeneratedRegex("does not support (machine type|virt type|os type|arch)|emulator .*(does not|is not)|unsupported machine type|machine type .* is not supported|network not found|no network with matching|cannot get interface mtu|unable to (add|set) .*(bridge|tap)|no (storage pool|node device|secret) with matching|security (driver|label)|already exists with uuid|domain is already (active|being)|domain .*already exists|same host", Options)]
    private static partial Regex DestinationConfiguration();

    [GeneratedRegex("cannot access storage file|(could not|cannot) open '|failed to (get|acquire) .*lock|failed to acquire lock|no space left on device|storage (pool|volume|file).*not found|backing file|nbd", Options)]
    private static partial Regex DestinationStorage();

    [GeneratedRegex("cannot allocate memory|cannot set up guest memory|unable to (map|find).*huge ?pages?|unable to allocate|not enough .*memory|out of memory|unable to find an unused port|unable to acquire .*port", Options)]
    private static partial Regex DestinationResources();

    [GeneratedRegex("guest cpu doesn't match|missing features|host doesn't support|cpu.*(incompatible|not compatible|not supported)|incompatible.*cpu", Options)]
    private static partial Regex DestinationCpu();

    [GeneratedRegex("unable to load|load of migration failed|error while loading state|length mismatch|unknown savevm section|process exited while connecting to monitor|qemu unexpectedly closed the monitor|job 'migration in'|migration in job", Options)]
    private static partial Regex DestinationQemu();

    [GeneratedRegex("connection refused|host key verification|authentication (failed|unavailable)|certificate|lost connection to destination host", Options)]
    private static partial Regex DestinationDaemon();

    [GeneratedRegex("cannot acquire state change lock|another migration job|timed out during operation: cannot acquire|already running for domain", Options)]
    private static partial Regex SourceBusy();

    [GeneratedRegex("unable to execute qemu command '(migrate|migrate-set-parameters|migrate-set-capabilities|stop)'|monitor (timeout|is not responding)", Options)]
    private static partial Regex SourceQemu();

    [GeneratedRegex("unable to connect to server|name or service not known|client socket is closed|no route to host|network is unreachable|connection (timed out|reset|closed)|broken pipe|keepalive|received hangup|cannot (recv|read|write|send) data|unable to (read|write) (from|to) socket|end of file|i/o error|input/output error", Options)]
    private static partial Regex Connection();
}
