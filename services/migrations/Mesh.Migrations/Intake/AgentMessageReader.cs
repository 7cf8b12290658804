using System.Buffers;
using System.Text.Json;
using Mesh.Contracts.Agents;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Telemetry;
using Mesh.Contracts.Values;
using Mesh.Contracts.Vms;

namespace Mesh.Migrations.Intake;

/// <summary>
/// Reads the messages of agents, and checks them whole. A fault in one VM's entry drops that entry alone; of entries with the same identity
/// none counts. Any other fault refuses the message.
/// </summary>
public static class AgentMessageReader
{
    private const string Vms = "vms";
    private const string Migrations = "migrations";
    private const string Id = "id";
    private const string Name = "name";

    /// <summary>Reads a report.</summary>
    public static AgentMessage<HostReport> ReadReport(JsonElement json) => Read<HostReport>(json, [Vms, Migrations], (report, lists) =>
    {
        var vms = ReadEntries<VmStatusReport, VmId>(lists[Vms], Vms, Id, vm => vm.Id, isStatus: true);
        var samples = ReadEntries<MigrationSample, MigrationId>(lists[Migrations], Migrations, "vmId", sample => sample.MigrationId, isStatus: false);
        return (report with { Vms = vms.Valid, Migrations = samples.Valid }, [.. vms.Invalid, .. samples.Invalid]);
    });

    /// <summary>Reads an inventory, one that is sent or one that is stored.</summary>
    public static AgentMessage<HostInventory> ReadInventory(JsonElement json) => Read<HostInventory>(json, [Vms], (inventory, lists) =>
    {
        var vms = ReadEntries<VmDescription, VmId>(lists[Vms], Vms, Id, vm => vm.Id, isStatus: false);
        return (inventory with { Vms = vms.Valid }, vms.Invalid);
    });

    /// <summary>Reads an answer to a command.</summary>
    public static AgentMessage<CommandAnswer> ReadAnswer(JsonElement json) => Read<CommandAnswer>(json, [], (answer, _) => (answer, []));

    /// <summary>Reads an event.</summary>
    public static AgentMessage<AgentEvent> ReadEvent(JsonElement json) => Read<AgentEvent>(json, [], (agentEvent, _) => (agentEvent, []));

    private static AgentMessage<T> Read<T>(
        JsonElement json, IReadOnlyList<string> lists, Func<T, IReadOnlyDictionary<string, JsonElement>, (T Content, IReadOnlyList<InvalidEntry> Invalid)> fill)
        where T : class
    {
        if (json.ValueKind != JsonValueKind.Object)
            return new(null, null, new("", $"is {Describe(json)}; an object is expected"), []);
        var host = ReadText(json, "host") is { } text && TryCreate(() => new HostName(text), out var name) ? name : (HostName?)null;
        var version = Find(json, "protocolVersion") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var stated) ? stated : (int?)null;
        var entries = lists.ToDictionary(list => list, list => Find(json, list) ?? default, StringComparer.Ordinal);
        foreach (var (list, items) in entries)
            if (items.ValueKind == JsonValueKind.Array && items.GetArrayLength() > MessageLimits.VmsPerHostMax)
                return Refused(new(list, $"has {items.GetArrayLength()} elements; at most {MessageLimits.VmsPerHostMax} are accepted"));

        var (envelope, fault) = Deserialize<T>(() => WithoutEntries(json, entries));
        fault ??= MessageValidator.FindFault(envelope!);
        if (fault is not null)
            return Refused(fault);
        var (content, invalid) = fill(envelope!, entries);
        return new(content, host, null, invalid) { ProtocolVersion = version };

        AgentMessage<T> Refused(MessageFault because) => new(null, host, because, []) { ProtocolVersion = version };
    }

    private static (IReadOnlyList<T> Valid, IReadOnlyList<InvalidEntry> Invalid) ReadEntries<T, TKey>(
        JsonElement list, string path, string vmMember, Func<T, TKey> keyOf, bool isStatus)
        where T : class
        where TKey : struct
    {
        var read = new List<(T? Value, TKey? Key, JsonElement Json, string Fault)>(list.GetArrayLength());
        foreach (var element in list.EnumerateArray())
        {
            var (value, fault) = element.ValueKind == JsonValueKind.Object ? Deserialize<T>(() => element) : (null, new("", $"is {Describe(element)}; an object is expected"));
            fault ??= MessageValidator.FindFault(value!);

            // An entry of a VM counts by its identity, even if the rest is invalid; one of a migration only if it could be read.
            var key = value is not null ? keyOf(value) : (object?)ReadVm(element, vmMember) is TKey vm ? vm : (TKey?)null;
            read.Add((fault is null ? value : null, key, element, fault?.Within($"{path}[{read.Count}]").ToString() ?? ""));
        }

        var repeated = read.Where(item => item.Key is not null).GroupBy(item => item.Key!.Value).Where(same => same.Count() > 1).ToList();
        var repeatedKeys = repeated.Select(same => same.Key).ToHashSet();
        var single = read.Where(item => item.Key is not { } key || !repeatedKeys.Contains(key)).ToList();
        return (
            [.. single.Select(item => item.Value).OfType<T>()],
            [
                .. single.Where(item => item.Value is null).Select(item => Invalid(item.Json, item.Fault)),
                .. repeated.Select(same => Invalid(same.First().Json, $"{path} has {same.Count()} entries of {same.Key}; none of them counts")),
            ]);

        InvalidEntry Invalid(JsonElement json, string reason) => new(ReadVm(json, vmMember), ReadName(json), reason, isStatus);
    }

    private static (T? Value, MessageFault? Fault) Deserialize<T>(Func<JsonElement> json)
        where T : class
    {
        try
        {
            return json().Deserialize<T>(MeshJson.Options) is { } value ? (value, null) : (null, new("", "is null"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException or ArgumentException or FormatException)
        {
            return (null, DescribeFailure(e));
        }
    }

    // The serializer's own texts name types of ours, which mean nothing to the sender.
    private static MessageFault DescribeFailure(Exception e)
    {
        var field = (e as JsonException)?.Path is { Length: > 1 } path ? path[1..].TrimStart('.') : "";
        var text = e.Message.Split(" Path: ")[0];
        if (text.Split("including: ") is [_, var missing])
            return new(field, $"lacks {missing.TrimEnd('.')}");
        if (text.Contains("null values", StringComparison.Ordinal))
            return new(field, text.Split('\'') is [_, var member, ..] ? $"has null for '{member}'; leave the member out, or give a value" : "is null");
        return new(field, text.Contains("Mesh.Contracts", StringComparison.Ordinal) || text.Contains("System.", StringComparison.Ordinal)
            ? "has a value that is not accepted"
            : $"is not accepted: {text.TrimEnd('.')}");
    }

    private static JsonElement WithoutEntries(JsonElement json, Dictionary<string, JsonElement> entries)
    {
        if (entries.Values.All(items => items.ValueKind != JsonValueKind.Array))
            return json;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var member in json.EnumerateObject())
            {
                if (entries.FirstOrDefault(list => string.Equals(list.Key, NameOf(member), StringComparison.OrdinalIgnoreCase)) is { Value.ValueKind: JsonValueKind.Array })
                {
                    writer.WriteStartArray(NameOf(member));
                    writer.WriteEndArray();
                }
                else
                {
                    member.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        var reader = new Utf8JsonReader(buffer.WrittenSpan);
        return JsonElement.ParseValue(ref reader);
    }

    // The serializer reads names in any case, and the last of several members of one name.
    private static JsonElement? Find(JsonElement json, string name)
    {
        JsonElement? found = null;
        foreach (var member in json.EnumerateObject())
            if (string.Equals(NameOf(member), name, StringComparison.OrdinalIgnoreCase))
                found = member.Value;
        return found;
    }

    // A name that is not valid Unicode throws; it is none of ours.
    private static string NameOf(JsonProperty member) => TryCreate(() => member.Name, out var name) ? name! : "";

    private static VmId? ReadVm(JsonElement entry, string member) => ReadText(entry, member) is { } text && Guid.TryParse(text, out var uuid) ? new VmId(uuid) : null;

    private static string? ReadName(JsonElement entry) =>
        ReadText(entry, Name) is { Length: > 0 and <= MessageLimits.NameLengthMax } text && !text.Any(char.IsControl) ? text : null;

    private static string? ReadText(JsonElement json, string member) =>
        json.ValueKind == JsonValueKind.Object && Find(json, member) is { ValueKind: JsonValueKind.String } found && TryCreate(() => found.GetString(), out var text) ? text : null;

    private static bool TryCreate<T>(Func<T> create, out T? value)
    {
        try
        {
            value = create();
            return true;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            value = default;
            return false;
        }
    }

    private static string Describe(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        _ => "a boolean",
    };
}
