-- One row per migration: the columns that lists and look-ups need, and the complete state as JSON.
CREATE TABLE migration (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    vm_id TEXT,
    ended INTEGER NOT NULL,
    requested_at TEXT NOT NULL,
    state TEXT NOT NULL
);

-- At most one unfinished migration per VM, also when two requests arrive at the same time.
CREATE UNIQUE INDEX migration_of_vm ON migration (vm_id) WHERE ended = 0;
CREATE INDEX migration_by_time ON migration (requested_at);

-- Every input of every migration with its time, so that the migration can be replayed exactly.
CREATE TABLE journal (
    migration_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    at TEXT NOT NULL,
    input TEXT NOT NULL,
    PRIMARY KEY (migration_id, version)
);

-- The latest inventory of each host, so that a restarted mesh knows its hosts before they report again.
CREATE TABLE host (
    name TEXT PRIMARY KEY,
    inventory TEXT NOT NULL
);

-- Hosts that were fenced and have not come back: reports from before the fencing are ignored, also after a restart.
CREATE TABLE host_fence (
    host TEXT PRIMARY KEY,
    fence TEXT NOT NULL
);

-- One row: the latest epoch that was assigned to an attempt.
CREATE TABLE epoch (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    latest BIGINT NOT NULL
);
