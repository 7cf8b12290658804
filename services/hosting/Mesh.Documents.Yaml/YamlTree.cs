using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Documents.Yaml;

/// <summary>YAML text to document tree and back. JSON is read as the YAML that it nearly is.</summary>
public static class YamlTree
{
    /// <summary>No document here is nested deeper than a third of this.</summary>
    private const int DepthMax = 16;

    private const string NotYaml = "is neither YAML nor JSON: ";

    /// <summary>Reads one document; null with a fault if there is none, or not one alone, or if it is no YAML.</summary>
    public static DocumentNode? Read(string text, out ReadDiagnostic? error)
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
            error = new ReadDiagnostic(e.Line, "", e.Message);
        }
        catch (YamlException e) when (e.Message.Contains("invalid tab", StringComparison.Ordinal))
        {
            error = new ReadDiagnostic(TabbedLine(text), "", $"{NotYaml}a tab stands where YAML takes spaces only");
        }
        catch (YamlException e)
        {
            // What is missed at the end is found missing behind it.
            error = new ReadDiagnostic(Math.Min((int)e.Start.Line, text.AsSpan().TrimEnd('\n').Count('\n') + 1), "", $"{NotYaml}{Describe(e)}");
        }
        catch (InvalidOperationException)
        {
            // The parser's way of running into the next line out of an open bracket.
            error = new ReadDiagnostic((int)(parser.Current?.Start.Line ?? 0), "", $"{NotYaml}a bracket, a brace or a comma is missing here or in the next line");
        }

        return null;
    }

    /// <summary>Writes a document so that <see cref="Read"/> gives the same one.</summary>
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
        // The parser takes a null character for the end of the text.
        if (text.AsSpan().IndexOfAnyInRange('\0', '\b') is var at and >= 0)
            throw new UnsupportedYamlException(text.AsSpan(0, at).Count('\n') + 1, $"holds the control character U+{(int)text[at]:X4}");
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
            throw new UnsupportedYamlException(0, "is empty; it takes a mapping of fields");
        var document = Node(parser, depth: 0);
        parser.Consume<DocumentEnd>();
        return parser.TryConsume<DocumentStart>(out var second)
            ? throw new UnsupportedYamlException(Line(second), "holds a second document; one is accepted")
            : document;
    }

    private static DocumentNode Node(Parser parser, int depth)
    {
        if (depth > DepthMax)
            throw new UnsupportedYamlException(Line(parser.Current!), $"is nested more than {DepthMax} levels deep");
        if (parser.TryConsume<AnchorAlias>(out var alias))
            throw new UnsupportedYamlException(Line(alias), $"has a reference (*{alias.Value}); references are not accepted: write it out");
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
                var other => throw new UnsupportedYamlException(other.Line, "has a list or a mapping where the name of a field is wanted"),
            });
        return new DocumentMap(Line(start), fields);
    }

    // Whole parts stand in blocks, what is in them in one line.
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

    private static string Describe(YamlException e) => e.Message is [var first, .. var rest] ? $"{char.ToLowerInvariant(first)}{rest.TrimEnd('.')}" : "it cannot be read";

    /// <summary>Something that YAML allows and documents here do not.</summary>
    private sealed class UnsupportedYamlException(int line, string message) : Exception(message)
    {
        public int Line => line;
    }
}
