using FsCheck;
using FsCheck.Fluent;
using Mesh.Contracts.Hosts;
using Mesh.Contracts.Vms;
using Mesh.Migrations.Hosts;
using HostName = Mesh.Contracts.Values.HostName;

namespace Mesh.Migrations.Tests;

/// <summary>
/// A VM is migrated back and forth outside the mesh; both hosts' reports arrive late and at random times, in the order of each host.
/// Whatever the table announces must have been true.
/// </summary>
public sealed class When_reports_interleave
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(3000);

    [Fact]
    public void Should_announce_only_what_was_true() =>
        Check.One(Many, Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => new World(seed).Run()));

    [Fact]
    public void Should_announce_something_in_most_worlds()
    {
        var announced = Enumerable.Range(0, 500).SelectMany(seed => new World(seed).Run()).GroupBy(settled => settled.Location).ToDictionary(group => group.Key, group => group.Count());
        foreach (var location in new[] { ObservedLocation.OnSource, ObservedLocation.OnDestination, ObservedLocation.Nowhere })
            announced.GetValueOrDefault(location).ShouldBeGreaterThan(20, $"{location} is announced");
    }

    private sealed class World(int seed)
    {
        private static readonly HostName[] Hosts = [Given.Source, Given.Destination];

        private readonly Random _random = new(seed);
        private readonly Dictionary<HostName, VmStatus> _truth = new() { [Given.Source] = VmStatus.Up, [Given.Destination] = VmStatus.Down };
        private readonly Dictionary<HostName, Queue<HostReport>> _inTransit = Hosts.ToDictionary(host => host, _ => new Queue<HostReport>());
        private readonly List<(long Step, VmStatus Source, VmStatus Destination)> _history = [];
        private readonly List<SettledExternalMigration> _announced = [];
        private StatusTable _table = StatusTable.Empty;
        private long _step;

        private DateTimeOffset Now => Given.Start + TimeSpan.FromSeconds(_step);

        public List<SettledExternalMigration> Run()
        {
            RecordTruth();
            for (_step = 1; _step < 600; _step++)
            {
                if (_random.Next(25) == 0)
                    Move();
                foreach (var host in Hosts)
                {
                    if (_random.Next(3) == 0)
                        _inTransit[host].Enqueue(Report(host));
                    if (_random.Next(3) == 0 && _inTransit[host].TryDequeue(out var report))
                        Apply(report);
                }
            }

            return _announced;
        }

        /// <summary>The next event of the VM: a migration starts, succeeds, fails, or takes the VM down.</summary>
        private void Move()
        {
            var from = Hosts.FirstOrDefault(host => _truth[host] is VmStatus.Up or VmStatus.MigratingFrom);
            if (from == default)
                return;
            var to = Hosts.Single(host => host != from);
            (_truth[from], _truth[to]) = (_truth[from], _random.Next(10)) switch
            {
                (VmStatus.Up, _) => (VmStatus.MigratingFrom, VmStatus.MigratingTo),
                (_, < 5) => (VmStatus.Down, VmStatus.Up),
                (_, < 9) => (VmStatus.Up, VmStatus.Down),
                _ => (VmStatus.Down, VmStatus.Down),
            };
            RecordTruth();
        }

        private void RecordTruth() => _history.Add((_step, _truth[Given.Source], _truth[Given.Destination]));

        private HostReport Report(HostName host) => new(
            host, 1, _step, Now, true, _truth[host] == VmStatus.Down ? [] : [new VmStatusReport(Given.Vm, "g1", _truth[host], "")], []);

        private void Apply(HostReport report)
        {
            (_table, var settled) = _table.ApplyReport(report, Now);
            foreach (var (row, location) in settled)
            {
                _announced.Add(new SettledExternalMigration(row, location));
                var (source, destination) = location switch
                {
                    ObservedLocation.OnSource => (VmStatus.Up, VmStatus.Down),
                    ObservedLocation.OnDestination => (VmStatus.Down, VmStatus.Up),
                    _ => (VmStatus.Down, VmStatus.Down),
                };
                var isForward = row.Source != Given.Destination;
                long[] sequences = [row.SourceObservation?.Sequence ?? _step, row.DestinationObservation?.Sequence ?? _step];
                var states = _history.Where(state => state.Step <= sequences.Max() && !_history.Any(later => later.Step > state.Step && later.Step <= sequences.Min()));
                states.ShouldContain(
                    state => isForward ? state.Source == source && state.Destination == destination : state.Source == destination && state.Destination == source,
                    $"seed {seed}, step {_step}: {location} of {row}");
            }
        }
    }
}
