-- One row per migration: what lists and look-ups need, and the whole state as JSON.
CREATE TABLE migration (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    vm_id TEXT,
    ended INTEGER NOT NULL,
    requested_at TEXT NOT NULL,
    state TEXT NOT NULL
);

-- A machine has one unfinished migration at the most, whatever asks at the same moment.
CREATE UNIQUE INDEX migration_of_vm ON migration (vm_id) WHERE ended = 0;
CREATE INDEX migration_by_time ON migration (requested_at);

-- Every input of every flight with its time, so that the flight can be replayed exactly.
CREATE TABLE journal (
    migration_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    at TEXT NOT NULL,
    input TEXT NOT NULL,
    PRIMARY KEY (migration_id, version)
);

-- What each host last said of itself, so that a restarted mesh knows its hosts before they speak again.
CREATE TABLE host (
    name TEXT PRIMARY KEY,
    inventory TEXT NOT NULL
);

-- The newest epoch that was given to an attempt.
CREATE TABLE epoch (
    one INTEGER PRIMARY KEY,
    number BIGINT NOT NULL
);
