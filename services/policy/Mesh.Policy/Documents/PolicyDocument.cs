using Mesh.Contracts.Policies;
using Mesh.Documents;

namespace Mesh.Policy.Documents;

/// <summary>The form in which people write policies; <c>infra/docs/policies.md</c> describes it.</summary>
public static class PolicyDocument
{
    /// <summary>Reads a policy, or tells everything that is wrong with the document at once.</summary>
    /// <param name="document">The whole document.</param>
    public static PolicyReading Read(DocumentNode document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var faults = new Faults();
        var policy = Fields.Read(Place.Of(document, "", faults), Policy);
        if (policy is not null)
            faults.Add(PolicyRules.Check(policy));
        IReadOnlyList<PolicyFault> found = [.. faults.InOrder().Select(fault => new PolicyFault(fault.Line, fault.Field, fault.Message))];
        return new PolicyReading(found.Count == 0 ? policy : null, found);
    }

    /// <summary>Writes a policy so that <see cref="Read"/> gives the same one; what has its default is left out.</summary>
    public static DocumentMap Write(MigrationPolicy policy) => PolicyWriter.Write(policy);

    /// <summary>Whether text is a policy's name.</summary>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length is > 0 and <= Bounds.NameLengthMax && text[0] != '-'
            && text.All(character => char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character == '-');
    }

    private static MigrationPolicy Policy(Fields fields) => new()
    {
        Name = Name(fields.Require("name", "lower-case letters, digits and hyphens")),
        Description = Description(fields.Require("description", "what the policy does and whom it suits")),
        Select = PartReader.Select(fields.Find("select")),
        Interval = fields.Find("interval")?.Duration(Bounds.Interval),
        Start = PartReader.Start(fields.Find("start")),
        Steps = StepReader.Steps(fields.Find("steps")),
        CatchUp = fields.Find("catchUp")?.Flag() ?? false,
        StallDetector = PartReader.StallDetector(fields.Find("stallDetector")),
        Adaptive = PartReader.Adaptive(fields.Find("adaptive")),
        LastResort = StepReader.LastResort(fields.Find("lastResort")),
        Limits = PartReader.Limits(fields.Find("limits")),
        DowntimeBudget = fields.Find("downtimeBudget")?.Duration(Bounds.Downtime),
        Permits = PartReader.Permits(fields.Find("permits")),
        Concurrency = PartReader.Concurrency(fields.Find("concurrency")),
    };

    private static string Name(Place? place)
    {
        if (place is not { } there || there.Text() is not { } name)
            return "";
        if (!IsName(name))
            there.Fault($"{Place.Quote(name)} is no name: 1 to {Bounds.NameLengthMax} lower-case letters, digits and hyphens, a hyphen not first");
        return name;
    }

    private static string Description(Place? place)
    {
        if (place is not { } there || there.Text()?.Trim() is not { } description)
            return "";
        if (description.Length is 0 or > Bounds.DescriptionLengthMax)
            there.Fault(description.Length == 0
                ? "is empty; it says what the policy does and whom it suits"
                : $"has {description.Length} characters; at most {Bounds.DescriptionLengthMax} are accepted");
        return description;
    }
}
