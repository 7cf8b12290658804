using Mesh.Contracts.Documents;
using Mesh.Contracts.Policies;
using Mesh.Documents;

namespace Mesh.Policy.Documents;

/// <summary>The form in which people write policies; <c>infra/docs/policies.md</c> describes it.</summary>
public static class PolicyDocument
{
    /// <summary>Reads a policy, or tells everything that is wrong with the document at once.</summary>
    /// <param name="document">The whole document.</param>
    public static PolicyParseResult Read(DocumentNode document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var faults = new DiagnosticBag();
        var policy = MappingReader.Read(NodeContext.Create(document, "", faults), Policy);
        if (policy is not null)
            faults.Add(PolicyConsistencyRules.Check(policy));
        var found = faults.ToSortedList();
        return new PolicyParseResult(found.Count == 0 ? policy : null, found);
    }

    /// <summary>Writes a policy so that <see cref="Read"/> gives the same one; what has its default is left out.</summary>
    public static DocumentMap Write(MigrationPolicy policy) => PolicyWriter.Write(policy);

    /// <summary>Whether text is a policy's name.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= PolicyBounds.NameLengthMax && text[0] != '-'
            && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');
    }

    private static MigrationPolicy Policy(MappingReader fields) => new()
    {
        Name = Name(fields.Required("name", "lower-case letters, digits and hyphens")),
        Description = Description(fields.Required("description", "what the policy does and whom it suits")),
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

    private static string Name(NodeContext? place)
    {
        if (place is not { } there || there.ReadText() is not { } name)
            return "";
        if (!IsName(name))
            there.AddError($"{NodeContext.Quote(name)} is no name: 1 to {PolicyBounds.NameLengthMax} lower-case letters, digits and hyphens, a hyphen not first");
        return name;
    }

    private static string Description(NodeContext? place)
    {
        if (place is not { } there || there.ReadText()?.Trim() is not { } description)
            return "";
        if (description.Length is 0 or > PolicyBounds.DescriptionLengthMax)
            there.AddError(description.Length == 0
                ? "is empty; it says what the policy does and whom it suits"
                : $"has {description.Length} characters; at most {PolicyBounds.DescriptionLengthMax} are accepted");
        return description;
    }
}
