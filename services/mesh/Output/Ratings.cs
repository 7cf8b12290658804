using System.Globalization;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Scheduling;

namespace Mesh.Cli.Output;

/// <summary>How hosts are rated, as tables.</summary>
internal static class Ratings
{
    /// <summary>Host, score and why; for those that are refused every reason.</summary>
    public static TextTable Table(IEnumerable<HostRating> ratings)
    {
        var table = new TextTable("HOST", "SCORE", "WHY");
        foreach (var rating in ratings)
            table.Add(rating.Host.ToString(), rating.Refusals.Count > 0 ? "refused" : Points(rating.Score), rating.Refusals.Count > 0 ? InWords(rating.Refusals) : Terms(rating));
        return table;
    }

    /// <summary>Where, code and reason of everything that speaks against a move.</summary>
    public static TextTable Reasons(RatedTargets rated)
    {
        var table = new TextTable("HOST", "CODE", "REASON");
        foreach (var refusal in rated.Refusals)
            table.Add(Words.None, Words.Of(refusal.Code), Words.OneLine(refusal.Message));
        foreach (var rating in rated.Ratings)
            foreach (var refusal in rating.Refusals)
                table.Add(rating.Host.ToString(), Words.Of(refusal.Code), Words.OneLine(refusal.Message));
        return table;
    }

    /// <summary>Reasons in one line.</summary>
    public static string InWords(IEnumerable<Refusal> refusals) =>
        Words.OneLine(string.Join("; ", refusals.Select(refusal => $"{Words.Of(refusal.Code)}: {refusal.Message}")));

    /// <summary>A score as people read it.</summary>
    public static string Points(double points) => points.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Terms(HostRating rating) =>
        Words.OneLine(string.Join("; ", rating.Terms.Select(term => $"{term.Name} {(term.Points < 0 ? "" : "+")}{Points(term.Points)} ({term.Words})")));
}
