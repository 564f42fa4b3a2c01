-- The seal over the log, for whoever asks: what was signed, and nodes of the tree for
-- proofs. The sealer's own memory is outside of this database; these may be dropped. Of
-- checkpoints older than a day the last of each hour is kept.

CREATE TABLE checkpoints (
    epoch     INTEGER NOT NULL,
    size      INTEGER NOT NULL, -- events
    note      TEXT    NOT NULL,
    signed_at INTEGER NOT NULL, -- µs since 1970, UTC
    PRIMARY KEY (epoch, size)
) STRICT, WITHOUT ROWID;

-- The roots of complete subtrees, where their height is a multiple of eight; leaves are in events.
CREATE TABLE tree_nodes (
    height INTEGER NOT NULL,
    place  INTEGER NOT NULL, -- among those of that height, from 0
    hash   BLOB    NOT NULL,
    PRIMARY KEY (height, place)
) STRICT, WITHOUT ROWID;
