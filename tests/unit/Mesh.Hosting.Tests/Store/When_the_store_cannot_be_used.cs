using Mesh.Hosting.Errors;
using Mesh.Hosting.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Mesh.Hosting.Tests.Store;

public sealed class When_the_store_cannot_be_used
{
    [Fact]
    public async Task A_path_that_cannot_be_written_is_a_problem_with_an_explanation()
    {
        var file = Path.GetTempFileName();
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = $"sqlite:{file}/mesh.db" }), []);

        var problem = await Should.ThrowAsync<ProblemException>(() => database.EnsureReadyAsync());

        problem.Message.ShouldStartWith($"the store sqlite:{file}/mesh.db cannot be used: ");
        File.Delete(file);
    }

    [Fact]
    public async Task The_password_of_an_unreachable_store_is_not_reported()
    {
        var location = "postgres:Host=127.0.0.1;Port=1;Username=mesh;Password=secret;Timeout=1";
        using var database = new MeshDatabase(Options.Create(new StoreOptions { Location = location }), []);

        var problem = await Should.ThrowAsync<ProblemException>(() => database.EnsureReadyAsync());

        problem.Message.ShouldStartWith("the store postgres:Host=127.0.0.1;Port=1;Database= cannot be used: ");
        problem.Message.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData("mesh.db", "store 'mesh.db' is neither sqlite:PATH nor postgres:CONNECTION")]
    [InlineData("mysql:x", "store 'mysql:x' is neither sqlite:PATH nor postgres:CONNECTION")]
    public async Task A_location_of_an_unknown_kind_is_rejected_with_what_is_accepted(string location, string error)
    {
        using var host = StoreHost.Build(location, services => services.AddSingleton<Mesh.Hosting.Bus.IMessageBus>(new RecordingBus()));

        var refusal = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        MeshProgram.Describe(refusal).ShouldNotBeNull().ShouldContain(error);
    }
}
