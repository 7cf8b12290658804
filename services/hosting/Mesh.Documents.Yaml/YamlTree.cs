using Mesh.Contracts.Documents;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Documents.Yaml;

/// <summary>Reads and writes documents as YAML. JSON is read as the YAML that it almost always is.</summary>
public static class YamlTree
{
    // Three times the depth of any document of the mesh.
    private const int DepthMax = 16;

    private const string NotYaml = "is neither YAML nor JSON: ";

    /// <summary>Reads one document; null with an error if the text holds none, more than one, or is not YAML.</summary>
    public static DocumentNode? Read(string text, out DocumentDiagnostic? error)
    {
        error = null;
        text = text.TrimStart('\uFEFF').ReplaceLineEndings("\n");
        var parser = new Parser(new StringReader(text));
        try
        {
            return Document(parser, text);
        }
        catch (UnsupportedYamlException e)
        {
            error = new DocumentDiagnostic(e.Line, "", e.Message);
        }
        catch (YamlException e) when (e.Message.Contains("invalid tab", StringComparison.Ordinal))
        {
            error = new DocumentDiagnostic(TabbedLine(text), "", $"{NotYaml}a tab is used for indentation; use spaces");
        }
        catch (YamlException e)
        {
            // The parser reports what is missing at the end as one line after it.
            error = new DocumentDiagnostic(Math.Min((int)e.Start.Line, text.AsSpan().TrimEnd('\n').Count('\n') + 1), "", $"{NotYaml}{Describe(e)}");
        }
        catch (InvalidOperationException)
        {
            // This is how the parser reports an open bracket that runs into the next line.
            error = new DocumentDiagnostic((int)(parser.Current?.Start.Line ?? 0), "", $"{NotYaml}a bracket, a brace or a comma is missing here or in the next line");
        }

        return null;
    }

    /// <summary>Writes a document that <see cref="Read"/> reads back to the same one.</summary>
    public static string Write(DocumentMap document)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var emitter = new Emitter(writer, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Write(emitter, document, depth: 0);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    private static DocumentNode Document(Parser parser, string text)
    {
        // The parser treats a null character as the end of the text.
        if (text.AsSpan().IndexOfAnyInRange('\0', '\b') is var at and >= 0)
            throw new UnsupportedYamlException(text.AsSpan(0, at).Count('\n') + 1, $"contains the control character U+{(int)text[at]:X4}");
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
            throw new UnsupportedYamlException(0, "is empty; a mapping of fields is expected");
        var document = Node(parser, depth: 0);
        parser.Consume<DocumentEnd>();
        return parser.TryConsume<DocumentStart>(out var second)
            ? throw new UnsupportedYamlException(Line(second), "contains a second document; only one is accepted")
            : document;
    }

    private static DocumentNode Node(Parser parser, int depth)
    {
        if (depth > DepthMax)
            throw new UnsupportedYamlException(Line(parser.Current!), $"is nested more than {DepthMax} levels deep");
        if (parser.TryConsume<AnchorAlias>(out var alias))
            throw new UnsupportedYamlException(Line(alias), $"uses the alias *{alias.Value}; aliases are not accepted");
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } anchored)
            throw new UnsupportedYamlException(Line(anchored), $"has an anchor (&{anchored.Anchor.Value}); anchors are not accepted");
        if (parser.Current is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } } tagged)
            throw new UnsupportedYamlException(Line(tagged), $"has a tag ({tagged.Tag.Value}); tags are not accepted");
        if (parser.TryConsume<Scalar>(out var scalar))
            return new DocumentScalar(Line(scalar), scalar.Value, scalar.Style != ScalarStyle.Plain);
        return parser.TryConsume<SequenceStart>(out var list) ? List(parser, list, depth) : Map(parser, parser.Consume<MappingStart>(), depth);
    }

    private static DocumentList List(Parser parser, SequenceStart start, int depth)
    {
        var items = new List<DocumentNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(Node(parser, depth + 1));
        return new DocumentList(Line(start), items);
    }

    private static DocumentMap Map(Parser parser, MappingStart start, int depth)
    {
        var fields = new List<DocumentField>();
        while (!parser.TryConsume<MappingEnd>(out _))
            fields.Add(Node(parser, depth + 1) switch
            {
                DocumentScalar name => new DocumentField(name.Line, name.Text, Node(parser, depth + 1)),
                var other => throw new UnsupportedYamlException(other.Line, "has a list or a mapping instead of a field name"),
            });
        return new DocumentMap(Line(start), fields);
    }

    // The outer levels are written as blocks, what is in them on one line.
    private static void Write(Emitter emitter, DocumentNode node, int depth, bool isItem = false)
    {
        switch (node)
        {
            case DocumentMap map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, depth < 2 || isItem ? MappingStyle.Block : MappingStyle.Flow));
                foreach (var field in map.Fields)
                {
                    Write(emitter, new DocumentScalar(0, field.Name), depth);
                    Write(emitter, field.Value, depth + 1);
                }

                emitter.Emit(new MappingEnd());
                break;
            case DocumentList list:
                var style = list.Items.All(item => item is DocumentScalar) ? SequenceStyle.Flow : SequenceStyle.Block;
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, style));
                foreach (var item in list.Items)
                    Write(emitter, item, depth + 1, isItem: style == SequenceStyle.Block);
                emitter.Emit(new SequenceEnd());
                break;
            case DocumentScalar scalar:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, scalar.Text, StyleOf(scalar), isPlainImplicit: true, isQuotedImplicit: true));
                break;
        }
    }

    private static ScalarStyle StyleOf(DocumentScalar scalar) => scalar switch
    {
        { IsText: true } => ScalarStyle.DoubleQuoted,
        { Text: var text } when text.Contains('\n') => text.Split('\n').All(IsPlainLine) ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted,
        _ => ScalarStyle.Any,
    };

    private static bool IsPlainLine(string line) =>
        line.Length == 0 || (!char.IsWhiteSpace(line[0]) && !char.IsWhiteSpace(line[^1]) && line.All(character => character is >= ' ' and <= '~'));

    private static int Line(ParsingEvent parsed) => (int)parsed.Start.Line;

    private static int TabbedLine(string text) =>
        text.Split('\n').Index().FirstOrDefault(line => line.Item[..^line.Item.TrimStart().Length].Contains('\t')).Index + 1;

    private static string Describe(YamlException e) => e.Message is [var first, .. var rest] ? $"{char.ToLowerInvariant(first)}{rest.TrimEnd('.')}" : "it cannot be parsed";

    /// <summary>YAML that documents of the mesh may not use.</summary>
    private sealed class UnsupportedYamlException(int line, string message) : Exception(message)
    {
        public int Line => line;
    }
}
