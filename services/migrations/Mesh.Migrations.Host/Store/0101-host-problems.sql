-- What is wrong with the messages of each host's agent, as of now or as of the last run, for mesh doctor.
CREATE TABLE host_problem (
    host TEXT NOT NULL,
    kind TEXT NOT NULL,
    problem TEXT NOT NULL
);
