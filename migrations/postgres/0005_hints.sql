-- Hints: what the broker was told about mails that are due. Not a fold, and
-- droppable: what has no hint is published again, or claimed without one.

CREATE TABLE hints (
    mail_id      uuid   PRIMARY KEY,
    version      bigint NOT NULL, -- the mail's; a hint of an earlier version is dead
    generation   bigint NOT NULL, -- how often it was published: part of its message's id
    epoch        uuid   NOT NULL, -- the broker's, when it was published; nil: void
    sequence     bigint NOT NULL, -- in the broker's stream; 0 until that is noted
    published_at bigint NOT NULL, -- µs, on this database's clock
    since        bigint NOT NULL  -- when this version was published first
) WITH (fillfactor = 70);
CREATE INDEX hints_published_at ON hints (published_at);

-- Which incarnation of the broker's stream is the true one, and how far it was seen.
CREATE TABLE broker (
    epoch         uuid   PRIMARY KEY,
    last_sequence bigint NOT NULL
) WITH (
    -- Every batch of hints updates this one row; see log_head.
    fillfactor = 10,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 500
);
CREATE UNIQUE INDEX broker_only ON broker ((true));

-- No stream has this epoch, so the first relay makes one.
INSERT INTO broker (epoch, last_sequence) VALUES ('00000000-0000-0000-0000-000000000000', 0);
