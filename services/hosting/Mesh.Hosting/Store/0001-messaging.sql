-- Messages decided in a transaction and sent after its commit; sent in the order of seq, then deleted. Times are milliseconds since 1970.
CREATE TABLE outbox (
    seq {identity},
    message_type TEXT NOT NULL,
    queue TEXT,
    body TEXT NOT NULL,
    enqueued_at BIGINT NOT NULL
);

-- Messages of the outbox that can never be sent, set aside with the reason so that the others go on.
CREATE TABLE outbox_rejected (
    seq BIGINT PRIMARY KEY,
    message_type TEXT NOT NULL,
    queue TEXT,
    body TEXT NOT NULL,
    reason TEXT NOT NULL,
    enqueued_at BIGINT NOT NULL,
    rejected_at BIGINT NOT NULL
);

-- Messages handled, each recorded in the transaction of its effects; a message recorded here is not handled again.
CREATE TABLE inbox (
    message TEXT PRIMARY KEY,
    handled_at BIGINT NOT NULL
);
CREATE INDEX inbox_by_time ON inbox (handled_at);
