-- Messages of the outbox that cannot be sent whatever is done, set aside with the reason so that the others go on.
CREATE TABLE outbox_rejected (
    seq BIGINT PRIMARY KEY,
    message_type TEXT NOT NULL,
    queue TEXT,
    body TEXT NOT NULL,
    reason TEXT NOT NULL,
    rejected_at BIGINT NOT NULL
);

-- Since when a message waits, in milliseconds since 1970; null for one that was kept before this step of the schema.
ALTER TABLE outbox ADD COLUMN kept_at BIGINT;
