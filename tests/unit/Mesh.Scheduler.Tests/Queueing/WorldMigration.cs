using Mesh.Contracts.Migrations;

namespace Mesh.Scheduler.Tests.Queueing;

/// <summary>A migration of a <see cref="RandomWorld"/>.</summary>
internal sealed class WorldMigration(MigrationView view)
{
    private DateTimeOffset? _placeableSince;

    public MigrationView View { get; set; } = view;

    /// <summary>Whether it has been admitted to copy, and has not ended since.</summary>
    public bool HoldsTransfer { get; set; }

    /// <summary>Whether it has been admitted to prepare only, and has not ended since.</summary>
    public bool HoldsPreparing { get; set; }

    /// <summary>How long it has been waiting for nothing but slots.</summary>
    public TimeSpan Starved { get; private set; }

    public void Watch(DateTimeOffset now, bool isPlaceable)
    {
        _placeableSince = isPlaceable ? _placeableSince ?? now : null;
        Starved = now - (_placeableSince ?? now);
    }
}
