-- Every stored version of every policy, as the text that was applied.
CREATE TABLE policy_version (
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (name, version)
);

-- The last version number of each policy, also of deleted ones: migrations record the version they ran with, so no number is reused.
CREATE TABLE policy_sequence (
    name TEXT PRIMARY KEY,
    last_version BIGINT NOT NULL
);

-- VMs with a policy override.
CREATE TABLE policy_override (
    vm_id TEXT PRIMARY KEY,
    policy TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at TEXT NOT NULL
);

-- One row: the default policy; null until one is set. Every change to a policy locks this row first, so that what the change was based on
-- still holds when it commits.
CREATE TABLE policy_default (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    name TEXT
);

INSERT INTO policy_default (id, name) VALUES (1, NULL);
