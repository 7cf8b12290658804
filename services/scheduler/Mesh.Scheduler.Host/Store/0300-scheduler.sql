-- Cordoned hosts: the state of each cordon, by whom and why.
CREATE TABLE host_cordon (
    host TEXT PRIMARY KEY,
    cordon TEXT NOT NULL
);

-- Drains, with their plans and the state of each VM; active while the scheduler still steps them.
CREATE TABLE drain (
    id TEXT PRIMARY KEY,
    requested_at TEXT NOT NULL,
    active INTEGER NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL
);

CREATE INDEX drain_active ON drain (active);

-- Migrations that failed on a host, for as long as they lower its score.
CREATE TABLE host_failure (
    host TEXT NOT NULL,
    migration_id TEXT NOT NULL,
    failed_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (host, migration_id)
);

-- Dirty rate and bandwidth of each VM's last migration.
CREATE TABLE vm_migration_history (
    vm_id TEXT PRIMARY KEY,
    history TEXT NOT NULL
);

-- The placement rules in effect, as the document that was applied; at most one row.
CREATE TABLE placement_rules (
    id INTEGER PRIMARY KEY,
    document TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
