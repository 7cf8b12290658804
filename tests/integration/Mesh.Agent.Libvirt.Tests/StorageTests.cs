namespace Mesh.Agent.Libvirt.Tests;

public sealed class StorageTests : IDisposable
{
    private const string VolumeXml =
        """
        <volume>
          <name>alpha.img</name>
          <capacity unit='MiB'>8</capacity>
          <allocation unit='MiB'>2</allocation>
        </volume>
        """;

    private readonly LibvirtConnection _connection = TestHost.Open();

    public void Dispose()
    {
        _connection.Dispose();
        _connection.Handle.FreeResult.ShouldBe(0, "a pool or volume was not disposed");
    }

    [Fact]
    public void A_pool_is_found_and_described()
    {
        using var pool = _connection.LookupStoragePool("images");

        pool.Name.ShouldBe("images");
        pool.Uuid.ShouldBe(TestHost.PoolUuid);
        pool.GetTargetPath().ShouldBe("/pools/images");
        pool.GetInfo().ShouldBe(new StoragePoolInfo(StoragePoolState.Running, 100L << 30, 0, 100L << 30));
        Should.NotThrow(pool.Refresh);
        PoolNames().ShouldBe(["images"]);
    }

    [Fact]
    public void A_pool_that_does_not_exist_is_null_or_an_error()
    {
        _connection.FindStoragePool("nothing").ShouldBeNull();
        var error = Should.Throw<LibvirtException>(() => _connection.LookupStoragePool("nothing"));
        error.Code.ShouldBe(LibvirtErrorCode.NoStoragePool);
        error.Call.ShouldBe("virStoragePoolLookupByName");
    }

    [Fact]
    public void Looking_up_a_pool_by_its_path_is_an_error_with_the_test_driver()
    {
        var error = Should.Throw<LibvirtException>(() => _connection.FindStoragePoolByTargetPath("/pools/images"));

        error.Code.ShouldBe(LibvirtErrorCode.NoSupport);
        error.Call.ShouldBe("virStoragePoolLookupByTargetPath");
    }

    [Fact]
    public void A_transient_pool_over_a_directory_lives_until_it_is_destroyed()
    {
        using var pool = _connection.CreateStoragePool(LibvirtStoragePool.DirectoryXml("r&d", "/pools/r&d"));
        pool.GetTargetPath().ShouldBe("/pools/r&d");
        PoolNames().ShouldBe(["images", "r&d"]);

        pool.Destroy();

        _connection.FindStoragePool("r&d").ShouldBeNull();
    }

    [Fact]
    public void Inactive_pools_can_be_omitted()
    {
        using var pool = _connection.LookupStoragePool("images");
        pool.Destroy();

        PoolNames().ShouldBe(["images"]);
        _connection.ListStoragePools(activeOnly: true).ShouldBeEmpty();
    }

    [Fact]
    public void A_volume_is_created_found_and_deleted()
    {
        using var pool = _connection.LookupStoragePool("images");
        using var made = pool.CreateVolume(VolumeXml);
        made.Name.ShouldBe("alpha.img");
        made.GetPath().ShouldBe("/pools/images/alpha.img");
        made.GetInfo().ShouldBe(new StorageVolumeInfo(8L << 20, 2L << 20));
        made.GetXml().ShouldContain("<name>alpha.img</name>");

        using var byPath = _connection.LookupStorageVolumeByPath("/pools/images/alpha.img");
        using var byName = pool.LookupVolume("alpha.img");
        byPath.Name.ShouldBe(byName.Name);
        VolumeNames(pool).ShouldBe(["alpha.img"]);

        made.Delete();

        VolumeNames(pool).ShouldBeEmpty();
        _connection.FindStorageVolumeByPath("/pools/images/alpha.img").ShouldBeNull();
        Should.Throw<LibvirtException>(() => pool.LookupVolume("alpha.img")).Code.ShouldBe(LibvirtErrorCode.NoStorageVolume);
    }

    [Fact]
    public void A_volume_is_not_created_twice()
    {
        using var pool = _connection.LookupStoragePool("images");
        using var made = pool.CreateVolume(VolumeXml);

        // The QEMU driver's storage returns StorageVolumeExists; the test driver has only this.
        var error = Should.Throw<LibvirtException>(() => pool.CreateVolume(VolumeXml));
        error.Code.ShouldBe(LibvirtErrorCode.OperationFailed);
        error.Call.ShouldBe("virStorageVolCreateXML");
    }

    private string[] PoolNames()
    {
        var pools = _connection.ListStoragePools();
        foreach (var pool in pools)
        {
            pool.Dispose();
        }

        return [.. pools.Select(p => p.Name).Order(StringComparer.Ordinal)];
    }

    private static string[] VolumeNames(LibvirtStoragePool pool)
    {
        var volumes = pool.ListVolumes();
        foreach (var volume in volumes)
        {
            volume.Dispose();
        }

        return [.. volumes.Select(v => v.Name)];
    }
}
