using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Mesh.Gateway.Api;

/// <summary>
/// The name that a policy document gives itself. Whether the document is right is for the policy service to say; here it is only read far
/// enough to tell whether it is the one that the request's path names.
/// </summary>
internal static class PolicyDocumentName
{
    /// <summary>The value of <c>name</c> at the document's top; null if none can be made out.</summary>
    public static string? Read(string document)
    {
        try
        {
            // Event by event: a tree of a document that is nested deeply enough would exhaust the stack.
            var parser = new Parser(new StringReader(document));
            var (depth, isKey) = (0, true);
            while (parser.MoveNext())
            {
                depth += parser.Current!.NestingIncrease;
                if (depth != MappingDepth || parser.Current is MappingStart)
                    continue;
                if (isKey && parser.Current is Scalar { Value: "name" })
                    return parser.MoveNext() && parser.Current is Scalar name ? name.Value : null;
                isKey = !isKey;
            }
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException)
        {
            // The parser throws either. The policy service finds the same, and says where.
        }

        return null;
    }

    // Inside of stream, document and the mapping itself.
    private const int MappingDepth = 3;
}
