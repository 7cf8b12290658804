using System.Globalization;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Cli.Output;

/// <summary>Ratings of hosts as tables.</summary>
internal static class RatingText
{
    /// <summary>Host, score and its terms; for refused hosts, all reasons.</summary>
    public static TextTable Table(IEnumerable<HostRating> ratings)
    {
        var table = new TextTable("HOST", "SCORE", "REASON");
        foreach (var rating in ratings)
            if (rating.Refusals.Count > 0)
                table.Add(rating.Host.ToString(), "refused", Describe(rating.Refusals));
            else
                table.Add(rating.Host.ToString(), Points(rating.Score), Terms(rating));
        return table;
    }

    /// <summary>Host, code and reason of every refusal.</summary>
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

    /// <summary>All refusals in one line.</summary>
    public static string Describe(IEnumerable<Refusal> refusals) =>
        TextFormatter.ToSingleLine(string.Join("; ", refusals.Select(refusal => $"{TextFormatter.Format(refusal.Code)}: {refusal.Message}")));

    public static string Points(double points) => points.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Terms(HostRating rating) =>
        TextFormatter.ToSingleLine(string.Join("; ", rating.Terms.Select(term => $"{term.Name} {(term.Points < 0 ? "" : "+")}{Points(term.Points)} ({term.Explanation})")));
}
