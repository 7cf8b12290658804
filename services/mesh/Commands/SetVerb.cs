using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Mesh.Cli.Client;
using Mesh.Cli.Watching;
using Mesh.Contracts.Serialization;
using Mesh.Contracts.Values;
using Mesh.Gateway.Api;

namespace Mesh.Cli.Commands;

/// <summary><c>mesh set</c>.</summary>
internal sealed class SetVerb : ChangeVerb
{
    private const string PostCopy = "post-copy";

    // What a host calls it when it refuses a command as a whole.
    private const string WholeCommand = "all";

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
        : base("set", "Change parameters of a running migration, or the policy that steers it.", io)
    {
        _maxDowntime = Make("--max-downtime", "MILLISECONDS", "Downtime that QEMU may plan for at the switch-over.", name => OptionParsers.Milliseconds(name, 1, 2_000_000));
        _bandwidth = Make("--bandwidth", "MiB/s", "Limit of pre-copy's data rate.", OptionParsers.MebibytesPerSecond);
        _postCopyBandwidth = Make("--postcopy-bandwidth", "MiB/s", "Limit of post-copy's data rate.", OptionParsers.MebibytesPerSecond);
        _technique = Make("--technique", PostCopy, "Change over to post-copy, which must have been armed at the start.", Technique);
        _compression = Make("--compression", "on|off", "Compression of memory on the wire.", OptionParsers.OnOrOff);
        _autoConverge = Make("--auto-converge", "on|off", "QEMU's auto-converge.", OptionParsers.OnOrOff);
        _throttle = Make("--throttle", "PERCENT", "How much the machine's processors are slowed down, 0 to 99; 0 lifts it.", name => OptionParsers.Percent(name, 0));
        _stallingLimit = Make("--stalling-limit", "SECONDS", "Tell of a stall when what remains has reached no new low for this long.", name => OptionParsers.Seconds(name, 1));
        _policy = Add(new Option<string?>("--policy") { Description = "The policy that steers the migration from now on.", HelpName = "NAME" });
        Option[] all = [_maxDowntime, _bandwidth, _postCopyBandwidth, _technique, _compression, _autoConverge, _throttle, _stallingLimit, _policy];
        Validators.Add(result =>
        {
            if (!all.Any(option => result.GetResult(option) is { Implicit: false }))
                result.AddError($"nothing to change: give at least one of {string.Join(", ", all.Select(option => option.Name))}");
        });
    }

    public override IReadOnlyList<string> Notes =>
        [.. base.Notes, "What another policy cannot have any more, such as post-copy that was not armed, is told as refused, but does not count."];

    public override IReadOnlyList<(string, string)> Examples =>
    [
        ("mesh set 3f2a90b1c4de --max-downtime 800 --reason \"maintenance begins at six\"", "allow more downtime"),
        ("mesh set 3f2a90b1c4de --bandwidth 500 --throttle 40", "more bandwidth, and a slower machine"),
        ("mesh set 3f2a90b1c4de --policy adaptive", "let another policy go on with it"),
        ("mesh set 3f2a90b1c4de --throttle 0 --output json", "lift the throttle; for programs"),
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
            Reason = Why(parsed),
        };
        var changed = await client.ChangeAsync(id, body, cancellation);
        Write(output, changed);
        var asked = NamesIn(body);
        return CodeOf(id, changed, answer => answer.Parameter == WholeCommand || asked.Contains(answer.Parameter));
    }

    // What a policy brings with it that can no longer be had, such as post-copy that was not armed, is told but was not asked for.
    private static HashSet<string> NamesIn(ChangeBody body) =>
        [.. JsonSerializer.SerializeToNode(body, MeshJson.Options)!.AsObject().Select(member => member.Key)];

    private Option<T> Make<T>(string name, string helpName, string description, Func<string, Func<ArgumentResult, T>> parser) =>
        Add(new Option<T>(name) { Description = description, HelpName = helpName, CustomParser = parser(name) });

    private static Func<ArgumentResult, string?> Technique(string option) => result =>
    {
        var text = result.Tokens[^1].Value;
        if (text != PostCopy)
            result.AddError($"{option} '{text}' is not accepted: it takes {PostCopy}, from which there is no way back");
        return text;
    };

    private static bool? IsOn(OnOrOff? value) => value is { } given ? given == OnOrOff.On : null;
}
