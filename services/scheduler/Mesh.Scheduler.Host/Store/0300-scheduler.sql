-- Hosts that no machine may come to: how far they are taken out of use, by whom and why.
CREATE TABLE host_cordon (
    host TEXT PRIMARY KEY,
    cordon TEXT NOT NULL
);

-- Drains with their plans and what has become of each machine; open while there may be more to do.
CREATE TABLE drain (
    id TEXT PRIMARY KEY,
    requested_at TEXT NOT NULL,
    open INTEGER NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL
);

CREATE INDEX drain_open ON drain (open);

-- Migrations that failed through a host, for as long as that lowers its rating.
CREATE TABLE host_trouble (
    host TEXT NOT NULL,
    migration TEXT NOT NULL,
    at TEXT NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (host, migration)
);

-- What a machine's last migration told of it.
CREATE TABLE vm_history (
    vm_id TEXT PRIMARY KEY,
    history TEXT NOT NULL
);

-- One row at most: the placement rules that count, as the text that was given.
CREATE TABLE placement_rules (
    one INTEGER PRIMARY KEY,
    document TEXT NOT NULL,
    kept_by TEXT NOT NULL,
    kept_at TEXT NOT NULL
);
