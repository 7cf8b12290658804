using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.Testing.Fixtures;

namespace Mesh.Durability.Tests;

public sealed class When_the_disk_fills_up
{
    private readonly string _url = $"http://127.0.0.1:{ServerProcess.FindFreePort()}";

    [Fact]
    public async Task What_cannot_be_saved_has_not_happened_and_the_mesh_continues_when_there_is_space()
    {
        using var disk = new SmallDisk();
        using var client = new HttpClient();
        disk.Start("size=3m", $"{Repository.MeshExecutable} up --store sqlite:{disk.Path}/mesh.db --listen {_url}");
        await disk.AwaitOutputAsync("mesh is up");
        (await ApplyAsync(client, "first")).Status.ShouldBe(HttpStatusCode.Created);

        disk.Fill();
        var (name, (status, type, problem)) = await ApplyUntilFullAsync(client);
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        type.ShouldBe("application/problem+json");
        problem["type"]!.GetValue<string>().ShouldBe("urn:mesh:problem:service-unavailable");
        problem["detail"]!.GetValue<string>().ShouldContain($"the store sqlite:{disk.Path}/mesh.db is unavailable: the disk is full");
        problem.ToJsonString().ShouldNotContain("   at ");
        (await CountAsync(client, "first")).ShouldBe(1, "what was stored can still be read");
        (await CountAsync(client, name)).ShouldBe(0, "what could not be stored does not exist");
        disk.Output.ShouldContain("the disk is full", Case.Sensitive, "it is logged");

        disk.Free();
        (await ApplyAsync(client, name)).Status.ShouldBe(HttpStatusCode.Created, "the same request succeeds");
        (await CountAsync(client, name)).ShouldBe(1);
        var doctor = await disk.RunBesideAsync(Repository.MeshExecutable, "doctor", "--store", $"sqlite:{disk.Path}/mesh.db");
        doctor.ExitCode.ShouldBe(0, doctor.ToString());
    }

    /// <summary>Existing database pages may have free space; each policy uses some of it.</summary>
    private async Task<(string Name, (HttpStatusCode Status, string? Type, JsonNode Body) Answer)> ApplyUntilFullAsync(HttpClient client)
    {
        for (var number = 1; number < 500; number++)
        {
            var answer = await ApplyAsync(client, $"filling{number}");
            if (answer.Status != HttpStatusCode.Created)
                return ($"filling{number}", answer);
        }

        throw new InvalidOperationException("the disk does not fill up");
    }

    private async Task<(HttpStatusCode Status, string? Type, JsonNode Body)> ApplyAsync(HttpClient client, string name)
    {
        using var body = new StringContent($"name: {name}\ndescription: {new string('x', 2000)}\n", Encoding.UTF8, "application/yaml");
        using var answer = await client.PutAsync(new Uri($"{_url}/api/v1/policies/{name}"), body);
        return (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private async Task<int> CountAsync(HttpClient client, string name)
    {
        var listed = JsonNode.Parse(await client.GetStringAsync(new Uri($"{_url}/api/v1/policies")))!["policies"]!.AsArray();
        return listed.Count(policy => policy!["policy"]!["name"]!.GetValue<string>() == name);
    }
}
