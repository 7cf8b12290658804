using System.Globalization;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Cli.Output;

/// <summary>How hosts are rated, as tables.</summary>
internal static class RatingText
{
    /// <summary>Host, score and why; for those that are refused every reason.</summary>
    public static TextTable Table(IEnumerable<HostRating> ratings)
    {
        var table = new TextTable("HOST", "SCORE", "WHY");
        foreach (var rating in ratings)
            table.Add(rating.Host.ToString(), rating.Refusals.Count > 0 ? "refused" : Points(rating.Score), rating.Refusals.Count > 0 ? Describe(rating.Refusals) : Terms(rating));
        return table;
    }

    /// <summary>Where, code and reason of everything that speaks against a move.</summary>
    public static TextTable Reasons(RateTargetsAnswer rated)
    {
        var table = new TextTable("HOST", "CODE", "REASON");
        foreach (var refusal in rated.Refusals)
            table.Add(TextFormatter.Placeholder, TextFormatter.Format(refusal.Code), TextFormatter.ToSingleLine(refusal.Message));
        foreach (var rating in rated.Ratings)
            foreach (var refusal in rating.Refusals)
                table.Add(rating.Host.ToString(), TextFormatter.Format(refusal.Code), TextFormatter.ToSingleLine(refusal.Message));
        return table;
    }

    /// <summary>Reasons in one line.</summary>
    public static string Describe(IEnumerable<Refusal> refusals) =>
        TextFormatter.ToSingleLine(string.Join("; ", refusals.Select(refusal => $"{TextFormatter.Format(refusal.Code)}: {refusal.Message}")));

    /// <summary>A score as people read it.</summary>
    public static string Points(double points) => points.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Terms(HostRating rating) =>
        TextFormatter.ToSingleLine(string.Join("; ", rating.Terms.Select(term => $"{term.Name} {(term.Points < 0 ? "" : "+")}{Points(term.Points)} ({term.Explanation})")));
}
