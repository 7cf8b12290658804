using System.Text.Json;
using System.Text.Json.Nodes;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;

namespace Mesh.Cli.Output;

/// <summary>A migration as lines of name and value.</summary>
internal static class MigrationDetails
{
    public static IEnumerable<(string Name, string Value)> Describe(MigrationView view)
    {
        yield return ("id", view.Id.ToString());
        yield return ("vm", view.VmId is { } vm ? $"{view.VmName} ({vm})" : view.VmName);
        yield return ("from", TextFormatter.Format(view.Source));
        yield return ("to", view.Destination?.ToString() ?? "not chosen yet");
        foreach (var line in Scheduling(view))
            yield return line;
        foreach (var attempt in view.FailedAttempts)
            yield return ("failed attempt", $"{attempt.Destination}: {TextFormatter.ToSingleLine(attempt.Failure)}");
        yield return ("state", TextFormatter.Format(view.Phase, view.Outcome) + (view.Stalled ? ", stalled" : ""));
        if (view.Reason.Length > 0)
            yield return ("reason", TextFormatter.ToSingleLine(view.Reason));
        foreach (var refusal in view.Refusals)
            yield return ("refused", $"{TextFormatter.Format(refusal.Code)}: {TextFormatter.ToSingleLine(refusal.Message)}");
        yield return ("requested", $"{TextFormatter.Format(view.RequestedAt)} by {view.RequestedBy}");
        if (view.StartedAt is { } started)
            yield return ("started", TextFormatter.Format(started));
        if (view.EndedAt is { } ended)
            yield return ("ended", $"{TextFormatter.Format(ended)}, after {TextFormatter.Format(ended - view.RequestedAt)}");
        foreach (var host in view.Hosts)
            yield return ($"on {host.Host}", DescribeObservation(host));
        yield return ("copied", view.Progress.ToString());
        foreach (var line in Telemetry(view))
            yield return line;
        if (view.Forecast is { } forecast)
            yield return ("forecast", TextFormatter.ToSingleLine(forecast.Text));
        yield return ("options", DescribeNonDefaults(view.Options, new MigrationOptions()));
        yield return ("limits", DescribeNonDefaults(view.Limits, new MigrationLimits()));
        if (view.ParametersInForce is { } inForce)
            yield return ("in force", DescribeNonDefaults(inForce, new MigrationParameters()));
        if (view.PendingParameters is { } pending)
            yield return ("pending", DescribeNonDefaults(pending, new MigrationParameters()));
        if (view.Policy is { } policy)
            yield return ("policy", $"{policy.Policy.Name}, version {policy.Version}: {TextFormatter.ToSingleLine(policy.Reason)}");
        foreach (var change in view.Changes)
            yield return ("change", MigrationText.Describe(change));
        foreach (var answer in view.Parameters)
            yield return ("parameter", $"{answer.Parameter.ToName()} {TextFormatter.Format(answer.Result)}"
                + (answer.Explanation.Length > 0 ? $": {TextFormatter.ToSingleLine(answer.Explanation)}" : ""));
        if (view.TraceParent is { } trace)
            yield return ("trace", trace);
    }

    private static IEnumerable<(string Name, string Value)> Scheduling(MigrationView view)
    {
        if (view.AllowedHosts.Count > 0)
            yield return ("allowed hosts", string.Join(", ", view.AllowedHosts));
        if (view.Preferred is { } preferred)
            yield return ("preferred host", preferred.ToString());
        if (view.Placement is { } choice)
            yield return ("placement", $"{TextFormatter.Format(choice.At)}: {TextFormatter.ToSingleLine(choice.Reason)}");
        yield return ("priority", TextFormatter.Format(view.Priority));
        if (view.Drain is { } drain)
            yield return ("drain", drain);
        if (view.Attempt > 1)
            yield return ("attempt", $"{view.Attempt}");
        if (view.Queue is { } queue)
            yield return ("queue", MigrationText.Describe(queue));
        if (view.BandwidthShare is { } share)
            yield return ("bandwidth share", TextFormatter.Format(share));
        if (view.Advice.Length > 0)
            yield return ("advice", TextFormatter.ToSingleLine(view.Advice));
    }

    private static string DescribeObservation(HostVmStatus host) => host switch
    {
        { Status: { } status, Health: HostHealth.Unresponsive } =>
            $"unknown (host unresponsive); last seen {TextFormatter.Format(status)}, {TextFormatter.Format(host.ReportedAt)}",
        { Status: { } status } => $"{TextFormatter.Format(status)}, {TextFormatter.Format(host.ReportedAt)}",
        { Health: HostHealth.Unresponsive } => "unknown (host unresponsive)",
        _ => "no report yet",
    };

    private static IEnumerable<(string Name, string Value)> Telemetry(MigrationView view)
    {
        if (view.Sample is not { Copy: var copy } sample)
            yield break;
        yield return ("memory", $"{copy.Memory.Remaining} of {copy.Memory.Total} remaining, {copy.Memory.Transferred} transferred");
        if (copy.Disk.Total.Count > 0)
            yield return ("disks", $"{copy.Disk.Remaining} of {copy.Disk.Total} remaining, {copy.Disk.Transferred} transferred");
        yield return ("memory pass", copy.Iteration.ToString());
        if (view.Outcome is null)
            yield return ("bandwidth", TextFormatter.Format(copy.Bandwidth));
        if (copy.DirtyPagesPerSecond > 0)
            yield return ("dirty rate", $"{copy.DirtyPagesPerSecond} pages of {copy.PageSize} per second");
        if (sample.Throttle is { Value: > 0 } throttle)
            yield return ("vCPU throttle", throttle.ToString());
        if (sample.DowntimeLimit is { } limit)
            yield return ("downtime limit", TextFormatter.Format(limit));
        if (copy.ActualDowntime is { } actual)
            yield return ("downtime", TextFormatter.Format(actual));
        else if (copy.ExpectedDowntime is { } expected)
            yield return ("expected downtime", TextFormatter.Format(expected));
    }

    // Most of two dozen options have their default; list the others only.
    private static string DescribeNonDefaults<T>(T value, T usual)
    {
        var (given, known) = (Node(value), Node(usual));
        var changed = given.Where(member => !JsonNode.DeepEquals(member.Value, known[member.Key]))
            .Select(member => $"{member.Key}={member.Value!.ToJsonString(MeshJson.Options).Trim('"')}").ToList();
        return changed.Count == 0 ? "defaults" : string.Join(", ", changed);
    }

    private static JsonObject Node<T>(T value) => JsonSerializer.SerializeToNode(value, MeshJson.Options)!.AsObject();
}
