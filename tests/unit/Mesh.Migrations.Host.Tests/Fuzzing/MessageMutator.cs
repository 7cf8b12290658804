using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mesh.Migrations.Host.Tests.Fuzzing;

/// <summary>Makes messages invalid, or strange: each value by what its schema says of it.</summary>
internal sealed class MessageMutator(Random random)
{
    private const string LoneSurrogate = "@@lone-surrogate@@";

    private static readonly string[] Numbers =
    [
        "-1", "0", "-4", "1e400", "1e18", "-0.5", "9223372036854775807", "-9223372036854775808", "9223372036854775808", "2147483648", "9007199254740992", "4294967297", "99999999999999999999999",
    ];

    private static readonly string[] Texts =
        ["", " ", "null", "\0", "a\nb", "\u001b[2J", "../../etc/passwd", "'; DROP TABLE host; --", "é漢字🙂", LoneSurrogate, "00000000-0000-0000-0000-000000000000", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00Z"];

    /// <summary>A mutated copy of a message, as the text that an agent might send.</summary>
    public string Mutate(SchemaMessage message)
    {
        for (var i = random.Next(1, 4); i > 0; i--)
            MutateOne(message.Values[random.Next(message.Values.Count)]);
        return message.Json.ToJsonString(new JsonSerializerOptions { MaxDepth = 64 }).Replace(LoneSurrogate, "\\ud800", StringComparison.Ordinal);
    }

    private void MutateOne(SchemaValue value)
    {
        switch (random.Next(9))
        {
            case 0:
                value.Set(null);
                break;
            case 1 when value.Name is { } name:
                value.Parent.AsObject().Remove(name);
                break;
            case 2:
                Repeat(value);
                break;
            case 3:
                (value.Get() as JsonObject ?? value.Parent as JsonObject)?.TryAdd($"extra{random.Next(100)}", new JsonArray(1, new JsonObject { ["deep"] = null }));
                break;
            case 4:
                value.Set(OfAnotherType());
                break;
            default:
                value.Set(OutOfBounds(value));
                break;
        }
    }

    // Two entries of one identity, or a list that is too long.
    private void Repeat(SchemaValue value)
    {
        var list = value.Get() as JsonArray ?? value.Parent as JsonArray;
        if (list is not { Count: > 0 })
            return;
        var element = list[random.Next(list.Count)];
        var count = random.Next(40) switch
        {
            0 => 10_001,
            1 => 600,
            _ => random.Next(1, 4),
        };
        for (var i = 0; i < count; i++)
            list.Add(count > 10 ? JsonValue.Create(i) : element?.DeepClone());
    }

    private JsonNode? OfAnotherType() => random.Next(6) switch
    {
        0 => new JsonObject { ["a"] = 1 },
        1 => new JsonArray(null, 1, "x"),
        2 => true,
        3 => "text",
        4 => JsonNode.Parse(Numbers[random.Next(Numbers.Length)]),
        _ => null,
    };

    private JsonNode? OutOfBounds(SchemaValue value)
    {
        var schema = value.Schema;
        var kind = value.Get()?.GetValueKind();
        if (kind == JsonValueKind.Number)
            return random.Next(4) switch
            {
                0 when schema["maximum"] is { } max => max.GetValue<long>() + 1,
                1 when schema["minimum"] is { } min => min.GetValue<long>() - 1,
                2 when schema["maximum"] is { } max => max.GetValue<long>(),
                _ => JsonNode.Parse(Numbers[random.Next(Numbers.Length)]),
            };
        if (kind != JsonValueKind.String)
            return OfAnotherType();
        return random.Next(12) switch
        {
            0 => new string('x', random.Next(200) == 0 ? 5_000_000 : 70_000),
            1 => new string('x', 300),
            2 => value.Get()!.GetValue<string>() + "Up",
            _ => Texts[random.Next(Texts.Length)],
        };
    }
}
