namespace Mesh.Agent.Libvirt.Tests;

public class TypedParameterTests
{
    private static readonly TypedParameter[] OneOfEach =
    [
        TypedParameter.FromInt32("int", int.MinValue),
        TypedParameter.FromUInt32("uint", uint.MaxValue),
        TypedParameter.FromInt64("llong", long.MinValue),
        TypedParameter.FromUInt64("ullong", ulong.MaxValue),
        TypedParameter.FromDouble("double", -0.125),
        TypedParameter.FromBoolean("yes", true),
        TypedParameter.FromBoolean("no", false),
        TypedParameter.FromString("text", "größer als – 日本"),
        TypedParameter.FromString("empty", ""),
        TypedParameter.FromString("migrate_disks", "vda"),
        TypedParameter.FromString("migrate_disks", "vdb"),
        TypedParameter.FromString("migrate_disks", "vdc"),
        TypedParameter.FromInt32(new string('n', 79), 1),
    ];

    [Fact]
    public void Every_type_survives_a_round_trip_through_libvirt_and_repeated_names_stay_repeated()
    {
        var read = RoundTrip(OneOfEach);

        read.All.ShouldBe(OneOfEach);
        read.Texts("migrate_disks").ShouldBe(["vda", "vdb", "vdc"]);
        read.Text("migrate_disks").ShouldBe("vdc");
        read.ByName["double"].ShouldBe(-0.125);
        read.ByName.Count.ShouldBe(OneOfEach.Length - 2);
    }

    [Fact]
    public void Integers_are_read_whatever_their_type()
    {
        var read = RoundTrip(OneOfEach);

        read.WholeNumber("int").ShouldBe(int.MinValue);
        read.WholeNumber("uint").ShouldBe(uint.MaxValue);
        read.WholeNumber("llong").ShouldBe(long.MinValue);
        read.WholeNumber("ullong").ShouldBe(long.MaxValue, "libvirt's value for no limit");
        read.WholeNumber("text").ShouldBeNull();
        read.WholeNumber("absent").ShouldBeNull();
        read.Boolean("yes").ShouldBe(true);
        read.Boolean("no").ShouldBe(false);
        read.Boolean("absent").ShouldBeNull();
        read.Milliseconds("uint").ShouldBe(TimeSpan.FromMilliseconds(uint.MaxValue));
        read.Milliseconds("ullong").ShouldNotBeNull("a time beyond TimeSpan's maximum must not lose the statistics");
    }

    [Fact]
    public void No_parameters_are_a_null_array()
    {
        using var native = new TypedParameterArray([]);

        native.Pointer.ShouldBe(0);
        native.Count.ShouldBe(0);
        TypedParameterArray.Read(0, 0).All.ShouldBeEmpty();
    }

    [Fact]
    public void A_name_that_is_too_long_is_rejected()
    {
        var error = Should.Throw<LibvirtException>(() => RoundTrip([TypedParameter.FromInt32(new string('n', 80), 1)]));

        error.Code.ShouldBe(LibvirtErrorCode.InternalError);
        error.Text.ShouldContain("too long");
        error.Call.ShouldBe("virTypedParamsAddInt");
    }

    [Fact]
    public void Migration_parameters_have_libvirts_names_and_types()
    {
        var parameters = new MigrateParameters
        {
            MigrateUri = "tcp://10.0.0.2",
            ListenAddress = "0.0.0.0",
            DestinationName = "renamed",
            DestinationXml = "<domain/>",
            PersistentXml = "<domain persistent='yes'/>",
            GraphicsUri = "spice://viewer",
            BandwidthMebibytesPerSecond = 8_796_093_022_207,
            PostCopyBandwidthMebibytesPerSecond = 64,
            MigrateDisks = ["vda", "vdb"],
            DisksPort = 49_200,
            DisksUri = "tcp://10.0.0.2:49200",
            CompressionMethods = ["xbzrle", "mt"],
            XbzrleCacheBytes = 64 << 20,
            MultiThreadCompressionLevel = 1,
            MultiThreadCompressionThreads = 2,
            MultiThreadDecompressionThreads = 3,
            ZlibLevel = 4,
            ZstdLevel = 5,
            AutoConvergeInitialPercent = 20,
            AutoConvergeIncrementPercent = 10,
            ParallelConnections = 4,
            TlsDestination = "hostb.example",
            Additional = [TypedParameter.FromBoolean("newer", true)],
        };

        RoundTrip(parameters.ToTypedParameters()).All.ShouldBe(
            [
                TypedParameter.FromString("migrate_uri", "tcp://10.0.0.2"),
                TypedParameter.FromString("listen_address", "0.0.0.0"),
                TypedParameter.FromString("destination_name", "renamed"),
                TypedParameter.FromString("destination_xml", "<domain/>"),
                TypedParameter.FromString("persistent_xml", "<domain persistent='yes'/>"),
                TypedParameter.FromString("graphics_uri", "spice://viewer"),
                TypedParameter.FromUInt64("bandwidth", 8_796_093_022_207),
                TypedParameter.FromUInt64("bandwidth.postcopy", 64),
                TypedParameter.FromString("migrate_disks", "vda"),
                TypedParameter.FromString("migrate_disks", "vdb"),
                TypedParameter.FromInt32("disks_port", 49_200),
                TypedParameter.FromString("disks_uri", "tcp://10.0.0.2:49200"),
                TypedParameter.FromString("compression", "xbzrle"),
                TypedParameter.FromString("compression", "mt"),
                TypedParameter.FromUInt64("compression.xbzrle.cache", 64 << 20),
                TypedParameter.FromInt32("compression.mt.level", 1),
                TypedParameter.FromInt32("compression.mt.threads", 2),
                TypedParameter.FromInt32("compression.mt.dthreads", 3),
                TypedParameter.FromInt32("compression.zlib.level", 4),
                TypedParameter.FromInt32("compression.zstd.level", 5),
                TypedParameter.FromInt32("auto_converge.initial", 20),
                TypedParameter.FromInt32("auto_converge.increment", 10),
                TypedParameter.FromInt32("parallel.connections", 4),
                TypedParameter.FromString("tls.destination", "hostb.example"),
                TypedParameter.FromBoolean("newer", true),
            ]);
        new MigrateParameters().ToTypedParameters().ShouldBeEmpty();
    }

    private static TypedParameters RoundTrip(IEnumerable<TypedParameter> parameters)
    {
        using var native = new TypedParameterArray(parameters);
        return TypedParameterArray.Read(native.Pointer, native.Count);
    }
}
