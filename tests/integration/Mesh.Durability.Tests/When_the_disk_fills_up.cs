using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Mesh.Testing.Fixtures;

namespace Mesh.Durability.Tests;

public sealed class When_the_disk_fills_up
{
    private readonly string _url = $"http://127.0.0.1:{ServerProcess.FindFreePort()}";

    [Fact]
    public async Task A_transition_that_cannot_be_saved_has_not_happened_and_the_mesh_continues_when_there_is_space()
    {
        using var disk = new SmallDisk();
        using var client = new HttpClient();
        disk.Start("size=3m", $"{Repository.MeshExecutable} up --store sqlite:{disk.Path}/mesh.db --listen {_url}");
        await disk.AwaitOutputAsync("mesh is up");
        (await PostAsync(client, "m0")).Status.ShouldBe(HttpStatusCode.NotFound, "there is no such VM, and the refusal is stored");

        disk.Fill();
        var (id, (status, type, problem)) = await PostUntilFullAsync(client);
        status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        type.ShouldBe("application/problem+json");
        problem["type"]!.GetValue<string>().ShouldBe("urn:mesh:problem:service-unavailable");
        problem["detail"]!.GetValue<string>().ShouldContain($"the store sqlite:{disk.Path}/mesh.db is unavailable: the disk is full");
        problem.ToJsonString().ShouldNotContain("   at ");
        (await CountAsync(client, "m0")).ShouldBe(1, "what was stored can still be read");
        (await CountAsync(client, id)).ShouldBe(0, "what could not be stored does not exist");
        disk.Output.ShouldContain("the disk is full", Case.Sensitive, "it is logged");

        disk.Free();
        (await PostAsync(client, id)).Status.ShouldBe(HttpStatusCode.NotFound, "the same request is answered as usual");
        (await CountAsync(client, id)).ShouldBe(1);
        var doctor = await disk.RunBesideAsync(Repository.MeshExecutable, "doctor", "--store", $"sqlite:{disk.Path}/mesh.db");
        doctor.ExitCode.ShouldBe(0, doctor.ToString());
    }

    /// <summary>Existing database pages may have free space; each request uses some of it.</summary>
    private async Task<(string Id, (HttpStatusCode Status, string? Type, JsonNode Body) Answer)> PostUntilFullAsync(HttpClient client)
    {
        for (var number = 1; number < 500; number++)
        {
            var answer = await PostAsync(client, $"filling{number}");
            if (answer.Status != HttpStatusCode.NotFound)
                return ($"filling{number}", answer);
        }

        throw new InvalidOperationException("the disk does not fill up");
    }

    private async Task<(HttpStatusCode Status, string? Type, JsonNode Body)> PostAsync(HttpClient client, string id)
    {
        using var body = new StringContent($$"""{ "id": "{{id}}", "vm": "nosuch", "to": "nowhere" }""", Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri($"{_url}/api/v1/migrations"), body);
        return (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    private async Task<int> CountAsync(HttpClient client, string id)
    {
        var listed = JsonNode.Parse(await client.GetStringAsync(new Uri($"{_url}/api/v1/migrations?limit=1000")))!.AsArray();
        return listed.Count(migration => migration!["id"]!.GetValue<string>() == id);
    }
}
