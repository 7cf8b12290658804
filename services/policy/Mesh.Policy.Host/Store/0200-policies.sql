-- Every version of every policy that was kept, as the text that was given.
CREATE TABLE policy_version (
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    document TEXT NOT NULL,
    kept_by TEXT NOT NULL,
    kept_at TEXT NOT NULL,
    PRIMARY KEY (name, version)
);

-- The newest number that a version was given, also of a policy that was deleted since: migrations name the version that steered them.
CREATE TABLE policy_number (
    name TEXT PRIMARY KEY,
    newest BIGINT NOT NULL
);

-- Machines that have a policy of their own.
CREATE TABLE policy_override (
    vm_id TEXT PRIMARY KEY,
    policy TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at TEXT NOT NULL
);

-- One row: the policy that counts where nothing else does; null while nobody has said so. Whoever changes any policy locks it first, so
-- that what the change rests on still holds when it is kept.
CREATE TABLE policy_default (
    one INTEGER PRIMARY KEY,
    name TEXT
);

INSERT INTO policy_default (one, name) VALUES (1, NULL);
