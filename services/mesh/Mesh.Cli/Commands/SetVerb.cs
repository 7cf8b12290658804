using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Mesh.Cli.Client;
using Mesh.Cli.Output;
using Mesh.Cli.Shell;
using Mesh.Contracts.Api;
using Mesh.Contracts.Migrations;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Hypervisor;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh set</c>.</summary>
internal sealed class SetVerb : ChangeVerb
{
    private const string PostCopy = "post-copy";

    private readonly Option<TimeSpan?> _maxDowntime;
    private readonly Option<BytesPerSecond?> _bandwidth;
    private readonly Option<BytesPerSecond?> _postCopyBandwidth;
    private readonly Option<string?> _technique;
    private readonly Option<OnOrOff?> _compression;
    private readonly Option<OnOrOff?> _autoConverge;
    private readonly Option<Percent?> _throttle;
    private readonly Option<TimeSpan?> _stallingLimit;
    private readonly Option<string?> _policy;

    public SetVerb(Io io)
        : base("set", "Change the parameters or the policy of a running migration.", io)
    {
        _maxDowntime = Make("--max-downtime", "MILLISECONDS", "Maximum tolerated downtime.", OptionParsers.Downtime);
        _bandwidth = Make("--bandwidth", "MiB/s", "Pre-copy bandwidth limit.", OptionParsers.MebibytesPerSecond);
        _postCopyBandwidth = Make("--postcopy-bandwidth", "MiB/s", "Post-copy bandwidth limit.", OptionParsers.MebibytesPerSecond);
        _technique = Make("--technique", PostCopy, "Switch to post-copy, which must have been armed at the start.", Technique);
        _compression = Make("--compression", "on|off", "Memory compression.", OptionParsers.OnOrOff);
        _autoConverge = Make("--auto-converge", "on|off", "Auto-converge.", OptionParsers.OnOrOff);
        _throttle = Make("--throttle", "PERCENT", $"vCPU throttle, 0 to {QemuAutoConverge.MaxPercent}; 0 removes it.", name => OptionParsers.Percent(name, 0));
        _stallingLimit = Make(
            "--stalling-limit", "SECONDS", "Report a stall if remaining data reaches no new minimum for this time.", name => OptionParsers.Seconds(name, 1));
        _policy = Add(new Option<string?>("--policy") { Description = "New migration policy.", HelpName = "NAME" });
        Option[] all = [_maxDowntime, _bandwidth, _postCopyBandwidth, _technique, _compression, _autoConverge, _throttle, _stallingLimit, _policy];
        Validators.Add(result =>
        {
            if (!all.Any(option => result.GetResult(option) is { Implicit: false }))
                result.AddError($"nothing to change: use at least one of {string.Join(", ", all.Select(option => option.Name))}");
        });
    }

    public override IReadOnlyList<string> Notes =>
        [.. base.Notes, "What a new policy can no longer use, such as post-copy that was not armed, is reported as refused; does not affect the exit code."];

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh set 3f2a90b1c4de --max-downtime 800 --reason \"maintenance at 18:00\"", "allow more downtime"),
        ("mesh set 3f2a90b1c4de --bandwidth 500 --throttle 40", "more bandwidth, and throttled vCPUs"),
        ("mesh set 3f2a90b1c4de --policy adaptive", "switch to another policy"),
        ("mesh set 3f2a90b1c4de --throttle 0 --output json", "remove the throttle; JSON output"),
    ];

    protected override async Task<int> RunAsync(ParseResult parsed, MeshClient client, OutputFormat output, CancellationToken cancellation)
    {
        var id = Id(parsed);
        var body = new ChangeBody
        {
            MaxDowntime = parsed.GetValue(_maxDowntime),
            Bandwidth = parsed.GetValue(_bandwidth),
            PostCopyBandwidth = parsed.GetValue(_postCopyBandwidth),
            PostCopy = parsed.GetValue(_technique) is null ? null : true,
            Compression = IsOn(parsed.GetValue(_compression)),
            AutoConverge = IsOn(parsed.GetValue(_autoConverge)),
            Throttle = parsed.GetValue(_throttle),
            StallingLimit = parsed.GetValue(_stallingLimit),
            Policy = parsed.GetValue(_policy),
            RequestedBy = Io.UserName,
            Reason = Reason(parsed),
        };
        var status = await client.ChangeAsync(id, body, cancellation);
        Write(output, status);
        var requested = NamesIn(body);
        return CodeOf(id, status, answer => answer.Parameter is MigrationParameter.All || requested.Contains(answer.Parameter.ToName()));
    }

    // A refusal of what the new policy needs, such as post-copy that was not armed, is reported, but was not requested.
    private static HashSet<string> NamesIn(ChangeBody body) =>
        [.. JsonSerializer.SerializeToNode(body, MeshJson.Options)!.AsObject().Select(member => member.Key)];

    private Option<T> Make<T>(string name, string helpName, string description, Func<string, Func<ArgumentResult, T>> parser) =>
        Add(new Option<T>(name) { Description = description, HelpName = helpName, CustomParser = parser(name) });

    private static Func<ArgumentResult, string?> Technique(string option) => result =>
    {
        var text = result.Tokens[^1].Value;
        if (text != PostCopy)
            result.AddError($"invalid value '{text}' for {option}: expected {PostCopy}, which cannot be undone");
        return text;
    };

    private static bool? IsOn(OnOrOff? value) => value is { } given ? given == OnOrOff.On : null;
}
