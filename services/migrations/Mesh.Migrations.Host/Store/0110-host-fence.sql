-- Hosts that were fenced and have not come back: what they said before is not believed, also after a restart.
CREATE TABLE host_fence (
    host TEXT PRIMARY KEY,
    fence TEXT NOT NULL
);
