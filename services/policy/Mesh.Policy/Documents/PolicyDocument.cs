using Mesh.Contracts.Documents;
using Mesh.Contracts.Policies;
using Mesh.Documents;
using Mesh.Policy.Model;

namespace Mesh.Policy.Documents;

/// <summary>The document format of policies; <c>infra/docs/policies.md</c> describes it.</summary>
public static class PolicyDocument
{
    /// <summary>Reads a policy, or returns every error in the document.</summary>
    /// <param name="document">The whole document.</param>
    public static PolicyReadResult Read(DocumentNode document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var errors = new DiagnosticBag();
        var policy = MappingReader.Read(NodeContext.Create(document, "", errors), Policy);
        if (policy is not null)
            errors.Add(PolicyConsistencyRules.Check(policy));
        var found = errors.ToSortedList();
        return new PolicyReadResult(found.Count == 0 ? policy : null, found);
    }

    /// <summary>Writes a policy so that <see cref="Read"/> returns the same one; fields with their default value are omitted.</summary>
    public static DocumentMap Write(MigrationPolicy policy) => PolicyWriter.Write(policy);

    /// <summary>Whether a text is a valid policy name.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= PolicyBounds.NameLengthMax && text[0] != '-'
            && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');
    }

    private static MigrationPolicy Policy(MappingReader fields) => new()
    {
        Name = Name(fields.Required("name", "lower-case letters, digits and hyphens")),
        Description = Description(fields.Required("description", "what the policy does and which VMs it suits")),
        Select = PolicySectionReader.Select(fields.Optional("select")),
        Interval = fields.Optional("interval")?.ReadDuration(PolicyBounds.Interval),
        Start = PolicySectionReader.Start(fields.Optional("start")),
        Steps = PolicyStepReader.Steps(fields.Optional("steps")),
        CatchUp = fields.Optional("catchUp")?.ReadBoolean() ?? false,
        StallDetector = PolicySectionReader.StallDetector(fields.Optional("stallDetector")),
        Adaptive = PolicySectionReader.Adaptive(fields.Optional("adaptive")),
        LastResort = PolicyStepReader.LastResort(fields.Optional("lastResort")),
        Limits = PolicySectionReader.Limits(fields.Optional("limits")),
        DowntimeBudget = fields.Optional("downtimeBudget")?.ReadDuration(PolicyBounds.Downtime),
        Permits = PolicySectionReader.Permits(fields.Optional("permits")),
        Concurrency = PolicySectionReader.Concurrency(fields.Optional("concurrency")),
    };

    private static string Name(NodeContext? field)
    {
        if (field is not { } there || there.ReadText() is not { } name)
            return "";
        if (!IsName(name))
            there.AddError($"{NodeContext.Quote(name)} is not a valid name: 1 to {PolicyBounds.NameLengthMax} lower-case letters, digits and hyphens, not starting with a hyphen");
        return name;
    }

    private static string Description(NodeContext? field)
    {
        if (field is not { } there || there.ReadText()?.Trim() is not { } description)
            return "";
        if (description.Length is 0 or > PolicyBounds.DescriptionLengthMax)
            there.AddError(description.Length == 0
                ? "is empty; describe what the policy does and which VMs it suits"
                : $"is {description.Length} characters long; the maximum is {PolicyBounds.DescriptionLengthMax}");
        return description;
    }
}

/// <summary>The result of reading a policy document.</summary>
/// <param name="Policy">The policy; null if the document has errors.</param>
/// <param name="Diagnostics">All errors, by line.</param>
public sealed record PolicyReadResult(MigrationPolicy? Policy, IReadOnlyList<DocumentDiagnostic> Diagnostics);
