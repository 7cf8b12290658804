using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mesh.Agent.Libvirt.Tests;

/// <summary>The numbers come from a C compiler, for libvirt's headers on 64-bit Linux.</summary>
public class LayoutTests
{
    [Fact]
    public void Structures_are_as_large_as_in_C()
    {
        Unsafe.SizeOf<NativeTypedParameter>().ShouldBe(96);
        Unsafe.SizeOf<NativeDomainInfo>().ShouldBe(40);
        Unsafe.SizeOf<NativeNodeInfo>().ShouldBe(64);
        Unsafe.SizeOf<NativeBlockInfo>().ShouldBe(24);
        Unsafe.SizeOf<NativeControlInfo>().ShouldBe(16);
        Unsafe.SizeOf<NativePoolInfo>().ShouldBe(32);
        Unsafe.SizeOf<NativeVolumeInfo>().ShouldBe(24);
    }

    [Theory]
    [InlineData(typeof(NativeError), nameof(NativeError.Domain), 4)]
    [InlineData(typeof(NativeError), nameof(NativeError.Message), 8)]
    [InlineData(typeof(NativeError), nameof(NativeError.Level), 16)]
    [InlineData(typeof(NativeDomainInfo), nameof(NativeDomainInfo.MaxMemoryKibibytes), 8)]
    [InlineData(typeof(NativeDomainInfo), nameof(NativeDomainInfo.VirtualCpus), 24)]
    [InlineData(typeof(NativeDomainInfo), nameof(NativeDomainInfo.CpuTimeNanoseconds), 32)]
    [InlineData(typeof(NativeControlInfo), nameof(NativeControlInfo.StateTimeMilliseconds), 8)]
    [InlineData(typeof(NativeNodeInfo), nameof(NativeNodeInfo.MemoryKibibytes), 32)]
    [InlineData(typeof(NativeNodeInfo), nameof(NativeNodeInfo.Threads), 60)]
    [InlineData(typeof(NativePoolInfo), nameof(NativePoolInfo.Capacity), 8)]
    [InlineData(typeof(NativeVolumeInfo), nameof(NativeVolumeInfo.Capacity), 8)]
    [InlineData(typeof(NativeTypedParameter), nameof(NativeTypedParameter.Kind), 80)]
    [InlineData(typeof(NativeTypedParameter), nameof(NativeTypedParameter.UInt64), 88)]
    public void Fields_have_the_same_offsets_as_in_C(Type structure, string field, int offset) =>
        ((int)Marshal.OffsetOf(structure, field)).ShouldBe(offset);

    [Theory]
    [InlineData(MigrateFlags.Live, 0)]
    [InlineData(MigrateFlags.PeerToPeer, 1)]
    [InlineData(MigrateFlags.Tunnelled, 2)]
    [InlineData(MigrateFlags.PersistDestination, 3)]
    [InlineData(MigrateFlags.UndefineSource, 4)]
    [InlineData(MigrateFlags.Paused, 5)]
    [InlineData(MigrateFlags.NonSharedDisk, 6)]
    [InlineData(MigrateFlags.NonSharedIncremental, 7)]
    [InlineData(MigrateFlags.ChangeProtection, 8)]
    [InlineData(MigrateFlags.Unsafe, 9)]
    [InlineData(MigrateFlags.Offline, 10)]
    [InlineData(MigrateFlags.Compressed, 11)]
    [InlineData(MigrateFlags.AbortOnError, 12)]
    [InlineData(MigrateFlags.AutoConverge, 13)]
    [InlineData(MigrateFlags.RdmaPinAll, 14)]
    [InlineData(MigrateFlags.PostCopy, 15)]
    [InlineData(MigrateFlags.Tls, 16)]
    [InlineData(MigrateFlags.Parallel, 17)]
    [InlineData(MigrateFlags.NonSharedSynchronousWrites, 18)]
    [InlineData(MigrateFlags.PostCopyResume, 19)]
    [InlineData(MigrateFlags.ZeroCopy, 20)]
    public void Migration_flags_are_libvirts_bits(MigrateFlags flag, int bit) => ((int)flag).ShouldBe(1 << bit);

    [Theory]
    [InlineData(DomainStateReason.RunningPostCopy, DomainState.Running, 10)]
    [InlineData(DomainStateReason.RunningMigrationCanceled, DomainState.Running, 6)]
    [InlineData(DomainStateReason.PausedMigration, DomainState.Paused, 2)]
    [InlineData(DomainStateReason.PausedPostCopy, DomainState.Paused, 12)]
    [InlineData(DomainStateReason.PausedPostCopyFailed, DomainState.Paused, 13)]
    [InlineData(DomainStateReason.ShutOffMigrated, DomainState.ShutOff, 4)]
    public void Reasons_are_distinguished_by_state(DomainStateReason reason, DomainState state, int raw) =>
        new DomainStatus(state, raw).Reason.ShouldBe(reason);

    [Theory]
    [InlineData(DomainLifecycleDetail.StartedMigrated, DomainLifecycle.Started, 1)]
    [InlineData(DomainLifecycleDetail.SuspendedMigrated, DomainLifecycle.Suspended, 1)]
    [InlineData(DomainLifecycleDetail.SuspendedPostCopy, DomainLifecycle.Suspended, 7)]
    [InlineData(DomainLifecycleDetail.SuspendedPostCopyFailed, DomainLifecycle.Suspended, 8)]
    [InlineData(DomainLifecycleDetail.ResumedPostCopy, DomainLifecycle.Resumed, 3)]
    [InlineData(DomainLifecycleDetail.StoppedMigrated, DomainLifecycle.Stopped, 3)]
    public void Details_are_distinguished_by_event(DomainLifecycleDetail detail, DomainLifecycle lifecycle, int raw) =>
        new DomainLifecycleEvent("any", Guid.Empty, lifecycle, raw).Detail.ShouldBe(detail);
}
