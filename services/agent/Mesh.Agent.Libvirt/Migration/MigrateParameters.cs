namespace Mesh.Agent.Libvirt;

/// <summary>The parameters of <see cref="LibvirtDomain.MigrateToUri3"/>. What is null or empty is left to libvirt.</summary>
public sealed record MigrateParameters
{
    /// <summary>
    /// Where the source hypervisor sends the data, such as <c>tcp://host</c>; libvirt picks one when null (<c>migrate_uri</c>).
    /// </summary>
    public string? MigrateUri { get; init; }

    /// <summary>The address on which the destination hypervisor listens (<c>listen_address</c>).</summary>
    public string? ListenAddress { get; init; }

    /// <summary>The domain's name on the destination (<c>destination_name</c>).</summary>
    public string? DestinationName { get; init; }

    /// <summary>
    /// The domain's description on the destination; the devices that the guest sees must be the same (<c>destination_xml</c>).
    /// </summary>
    public string? DestinationXml { get; init; }

    /// <summary>The domain's definition on the destination (<c>persistent_xml</c>).</summary>
    public string? PersistentXml { get; init; }

    /// <summary>Where a viewer of the domain's console reconnects (<c>graphics_uri</c>).</summary>
    public string? GraphicsUri { get; init; }

    /// <summary>The bandwidth limit of pre-copy in MiB/s; at most 8,796,093,022,207 (<c>bandwidth</c>).</summary>
    public long? BandwidthMebibytesPerSecond { get; init; }

    /// <summary>
    /// The bandwidth limit of post-copy in MiB/s; at most 17,592,186,044,415; no limit when null (<c>bandwidth.postcopy</c>).
    /// </summary>
    public long? PostCopyBandwidthMebibytesPerSecond { get; init; }

    /// <summary>
    /// Targets of the disks to copy, such as <c>vda</c>; with a copying flag, empty means all that are writable and not shared
    /// (<c>migrate_disks</c>).
    /// </summary>
    public IReadOnlyList<string> MigrateDisks { get; init; } = [];

    /// <summary>The port on which the destination receives disks (<c>disks_port</c>).</summary>
    public int? DisksPort { get; init; }

    /// <summary>The address on which the destination receives disks (<c>disks_uri</c>).</summary>
    public string? DisksUri { get; init; }

    /// <summary>
    /// Compression methods, such as <c>xbzrle</c>; with <see cref="MigrateFlags.Compressed"/> (<c>compression</c>).
    /// </summary>
    public IReadOnlyList<string> CompressionMethods { get; init; } = [];

    /// <summary>Size of the XBZRLE cache (<c>compression.xbzrle.cache</c>).</summary>
    public long? XbzrleCacheBytes { get; init; }

    /// <summary>Level of the method <c>mt</c>, 0 to 9 (<c>compression.mt.level</c>).</summary>
    public int? MultiThreadCompressionLevel { get; init; }

    /// <summary>Compressing threads of the method <c>mt</c> (<c>compression.mt.threads</c>).</summary>
    public int? MultiThreadCompressionThreads { get; init; }

    /// <summary>Decompressing threads of the method <c>mt</c> (<c>compression.mt.dthreads</c>).</summary>
    public int? MultiThreadDecompressionThreads { get; init; }

    /// <summary>Level of the method <c>zlib</c>, 0 to 9 (<c>compression.zlib.level</c>).</summary>
    public int? ZlibLevel { get; init; }

    /// <summary>Level of the method <c>zstd</c>, 0 to 20 (<c>compression.zstd.level</c>).</summary>
    public int? ZstdLevel { get; init; }

    /// <summary>The initial auto-converge throttle (<c>auto_converge.initial</c>).</summary>
    public int? AutoConvergeInitialPercent { get; init; }

    /// <summary>The auto-converge throttle increment (<c>auto_converge.increment</c>).</summary>
    public int? AutoConvergeIncrementPercent { get; init; }

    /// <summary>Data connections, 1 to 255; with <see cref="MigrateFlags.Parallel"/> (<c>parallel.connections</c>).</summary>
    public int? ParallelConnections { get; init; }

    /// <summary>The host name in the destination's TLS certificate (<c>tls.destination</c>).</summary>
    public string? TlsDestination { get; init; }

    /// <summary>Further parameters that this record has no property for, such as those of a newer libvirt.</summary>
    public IReadOnlyList<TypedParameter> Additional { get; init; } = [];

    /// <summary>The parameters in libvirt's form.</summary>
    public IReadOnlyList<TypedParameter> ToTypedParameters()
    {
        List<TypedParameter> parameters = [];
        AddText("migrate_uri", MigrateUri);
        AddText("listen_address", ListenAddress);
        AddText("destination_name", DestinationName);
        AddText("destination_xml", DestinationXml);
        AddText("persistent_xml", PersistentXml);
        AddText("graphics_uri", GraphicsUri);
        AddUInt64("bandwidth", BandwidthMebibytesPerSecond);
        AddUInt64("bandwidth.postcopy", PostCopyBandwidthMebibytesPerSecond);
        parameters.AddRange(MigrateDisks.Select(value => TypedParameter.FromString("migrate_disks", value)));
        AddInt32("disks_port", DisksPort);
        AddText("disks_uri", DisksUri);
        parameters.AddRange(CompressionMethods.Select(value => TypedParameter.FromString("compression", value)));
        AddUInt64("compression.xbzrle.cache", XbzrleCacheBytes);
        AddInt32("compression.mt.level", MultiThreadCompressionLevel);
        AddInt32("compression.mt.threads", MultiThreadCompressionThreads);
        AddInt32("compression.mt.dthreads", MultiThreadDecompressionThreads);
        AddInt32("compression.zlib.level", ZlibLevel);
        AddInt32("compression.zstd.level", ZstdLevel);
        AddInt32("auto_converge.initial", AutoConvergeInitialPercent);
        AddInt32("auto_converge.increment", AutoConvergeIncrementPercent);
        AddInt32("parallel.connections", ParallelConnections);
        AddText("tls.destination", TlsDestination);
        parameters.AddRange(Additional);
        return parameters;

        void AddText(string name, string? value)
        {
            if (value is not null)
            {
                parameters.Add(TypedParameter.FromString(name, value));
            }
        }

        void AddInt32(string name, int? value)
        {
            if (value is { } number)
            {
                parameters.Add(TypedParameter.FromInt32(name, number));
            }
        }

        void AddUInt64(string name, long? value)
        {
            if (value is { } number)
            {
                ArgumentOutOfRangeException.ThrowIfNegative(number, name);
                parameters.Add(TypedParameter.FromUInt64(name, (ulong)number));
            }
        }
    }
}
