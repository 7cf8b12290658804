-- Messages that were decided in a transaction and are to be sent after it; sent in the order of seq, then deleted.
CREATE TABLE outbox (
    seq {identity},
    message_type TEXT NOT NULL,
    queue TEXT,
    body TEXT NOT NULL
);
