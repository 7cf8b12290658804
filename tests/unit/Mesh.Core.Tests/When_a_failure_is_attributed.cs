using Mesh.Contracts.Migrations;
using Mesh.Hypervisor;

namespace Mesh.Core.Tests;

/// <summary>Texts as libvirt and QEMU write them: seen here, or reported by users of the peers.</summary>
public sealed class When_a_failure_is_attributed
{
    [Theory]
    [InlineData("internal error: unable to execute QEMU command 'migrate': State blocked by non-migratable device '0000:00:04.0/ich9_ahci'")]
    [InlineData("internal error: unable to execute QEMU command 'migrate': Migration is disabled when VirtFS export path '/srv' is mounted in the guest using mount_tag 'src'")]
    [InlineData("Requested operation is not valid: cannot migrate a domain with <hostdev mode='subsystem' type='pci'>")]
    [InlineData("Requested operation is not valid: domain has assigned non-USB host devices")]
    [InlineData("Unsafe migration: Migration without shared storage is unsafe")]
    [InlineData("Unsafe migration: Migration may lead to data corruption if disks use cache other than none or directsync")]
    [InlineData("Requested operation is not valid: cannot migrate domain with 2 snapshots")]
    [InlineData("Requested operation is not valid: domain has active block job")]
    [InlineData("Requested operation is not valid: domain is not running")]
    [InlineData("operation failed: domain is no longer running")]
    [InlineData("operation failed: domain is not running")]
    public void Should_blame_the_VM(string error) => FailureAttribution.FromError(error).ShouldBe(FailureCause.Vm);

    [Theory]
    [InlineData("unsupported configuration: Emulator '/usr/bin/qemu-system-x86_64' does not support machine type 'pc-q35-10.1'")]
    [InlineData("Cannot access storage file '/var/lib/libvirt/images/web.qcow2' (as uid:64055, gid:109): No such file or directory")]
    [InlineData("Network not found: no network with matching name 'vlan7'")]
    [InlineData("Cannot get interface MTU on 'br7': No such device")]
    [InlineData("unsupported configuration: guest CPU doesn't match specification: missing features: avx512f,avx512dq")]
    [InlineData("unsupported configuration: Unable to find security driver for model selinux")]
    [InlineData("internal error: process exited while connecting to monitor: qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory")]
    [InlineData("internal error: QEMU unexpectedly closed the monitor (vm='web'): qemu-system-x86_64: load of migration failed: Invalid argument")]
    [InlineData("operation failed: job 'migration in' failed: load of migration failed: Operation not permitted")]
    [InlineData("operation failed: domain 'web' already exists with uuid 6ee95da1-7b2b-4c8f-a9a3-000000000001")]
    [InlineData("Requested operation is not valid: domain is already active as 'web'")]
    [InlineData("unable to connect to server at 'hostb:16509': Connection refused")]
    [InlineData("internal error: unable to execute QEMU command 'migrate': Failed to connect to '10.0.0.2:49152': Connection refused")]
    [InlineData("Cannot recv data: Host key verification failed.: Connection reset by peer")]
    [InlineData("operation failed: Lost connection to destination host")]
    [InlineData("internal error: Unable to find an unused port in range 'migration' (49152-49215)")]
    [InlineData("internal error: Attempt to migrate guest to the same host 6ee95da1-7b2b-4c8f-a9a3-000000000001")]
    [InlineData("internal error: unable to execute QEMU command 'nbd-server-start': Failed to bind socket")]
    public void Should_blame_the_destination(string error) => FailureAttribution.FromError(error).ShouldBe(FailureCause.Destination);

    [Theory]
    [InlineData("Timed out during operation: cannot acquire state change lock (held by monitor=remoteDispatchDomainMigratePerform3Params)")]
    [InlineData("Requested operation is not valid: another migration job is already running for domain 'web'")]
    [InlineData("internal error: unable to execute QEMU command 'migrate-set-parameters': Parameter 'downtime-limit' expects an integer in the range of 0 to 2000 seconds")]
    public void Should_blame_the_source(string error) => FailureAttribution.FromError(error).ShouldBe(FailureCause.Source);

    [Theory]
    [InlineData("unable to connect to server at 'hostb:49152': No route to host")]
    [InlineData("internal error: client socket is closed")]
    [InlineData("internal error: received hangup event on socket")]
    [InlineData("Cannot recv data: Connection reset by peer")]
    [InlineData("Cannot write data: Broken pipe")]
    [InlineData("End of file while reading data: Input/output error")]
    [InlineData("internal error: connection closed due to keepalive timeout")]
    [InlineData("operation failed: job 'migration out' failed: Unable to write to socket: Connection timed out")]
    [InlineData("operation failed: job 'migration out' failed: Unable to read from socket: Connection reset by peer")]
    public void Should_blame_the_network(string error) => FailureAttribution.FromError(error).ShouldBe(FailureCause.Network);

    [Theory]
    [InlineData("")]
    [InlineData("operation failed: migration out job: unexpectedly failed")]
    [InlineData("operation failed: job 'migration out' unexpectedly failed")]
    [InlineData("hosta runs the VM and no longer reports its migration")]
    [InlineData("An error occurred, but the cause is unknown")]
    public void Should_leave_open_what_the_text_does_not_tell(string error) => FailureAttribution.FromError(error).ShouldBe(FailureCause.Unknown);

    [Fact]
    public void Should_take_no_time_for_a_long_text() =>
        FailureAttribution.FromError(new string('a', 1_000_000) + "cannot migrate domain").ShouldBe(FailureCause.Vm);
}
