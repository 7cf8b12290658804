-- One row: the identity of this store, and the broker on which its mesh answers. The broker remembers the identity in its turn.
CREATE TABLE mesh_claim (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    store TEXT NOT NULL,
    broker TEXT,
    claimed_at BIGINT
);
