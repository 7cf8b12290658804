using Mesh.Hosting.Claims;
using Mesh.Hosting.Doctor;
using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Mesh.Hosting.Tests.Bus;
using Mesh.Hosting.Tests.Store;
using Mesh.Testing.Fixtures;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Tests.Claims;

public sealed class When_a_store_is_claimed_on_sqlite() : When_a_store_is_claimed(new SqliteFiles());

public sealed class When_a_store_is_claimed_on_postgresql(PostgresServer server) : When_a_store_is_claimed(server);

public abstract class When_a_store_is_claimed(IStoreSource stores) : StoreTest(stores)
{
    [Fact]
    public async Task It_keeps_its_identity_and_its_broker()
    {
        (await CreateAsync("first")).ShouldBe(new StoreClaim("first", null));
        (await SaveAsync(new StoreClaim("first", null), "rabbit:5672/")).ShouldBeTrue();

        (await CreateAsync("second")).ShouldBe(new StoreClaim("first", "rabbit:5672/"));
    }

    [Fact]
    public async Task Of_two_that_claim_at_once_the_second_learns_of_the_first()
    {
        var seen = await CreateAsync("first");
        (await SaveAsync(seen, "rabbit:5672/")).ShouldBeTrue();

        (await SaveAsync(seen, "other:5672/")).ShouldBeFalse();

        (await CreateAsync("first")).Broker.ShouldBe("rabbit:5672/");
    }

    [Fact]
    public async Task A_mesh_without_a_broker_is_refused_until_it_is_released()
    {
        await SaveAsync(await CreateAsync("first"), "rabbit:5672/");

        (await Should.ThrowAsync<ProblemException>(StartInMemoryAsync)).Message.ShouldStartWith("this store is claimed with the broker rabbit:5672/");
        (await Doctor().ReleaseClaimAsync()).Broker.ShouldBe("rabbit:5672/");

        await StartInMemoryAsync();
        (await CreateAsync("second")).ShouldBe(new StoreClaim("second", null), "a released store gets a new identity");
    }

    [Fact]
    public async Task The_doctor_shows_the_claim()
    {
        await SaveAsync(await CreateAsync("first"), "rabbit:5672/");

        (await Doctor().DiagnoseAsync(repair: false)).Checked.ShouldContain("claim: this store is first, with the broker rabbit:5672/");
    }

    private async Task StartInMemoryAsync()
    {
        await using var host = await BusHost.StartAsync(
            services => services.AddMeshStore(new ConfigurationBuilder().AddInMemoryCollection([new("Store:Location", Location)]).Build()));
    }

    private StoreDoctor Doctor() => new(
        Options.Create(new StoreOptions { Location = Location }), SchemaScript.Embedded(typeof(MeshDatabase).Assembly),
        [new ClaimCheck(Options.Create(new StoreOptions { Location = Location }))], TimeProvider.System);

    private MeshDatabase Database() => new(Options.Create(new StoreOptions { Location = Location }), SchemaScript.Embedded(typeof(MeshDatabase).Assembly));

    private async Task<StoreClaim> CreateAsync(string identity)
    {
        using var database = Database();
        return await database.WriteAsync((connection, transaction) => ClaimTable.ReadOrCreateAsync(connection, transaction, identity));
    }

    private async Task<bool> SaveAsync(StoreClaim known, string broker)
    {
        using var database = Database();
        return await database.WriteAsync((connection, transaction) => ClaimTable.TrySaveAsync(connection, transaction, known, broker, TimeProvider.System.GetUtcNow()));
    }
}
