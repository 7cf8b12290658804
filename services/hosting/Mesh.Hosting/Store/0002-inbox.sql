-- Which messages were taken, each written in the transaction of what it caused; a message that is here already is not taken again.
CREATE TABLE inbox (
    message TEXT PRIMARY KEY,
    taken_at BIGINT NOT NULL
);
CREATE INDEX inbox_by_time ON inbox (taken_at);
