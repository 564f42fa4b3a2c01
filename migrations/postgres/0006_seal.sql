-- The seal over the log, for whoever asks: what was signed, and nodes of the tree for
-- proofs. The sealer's own memory is outside of this database; these may be dropped. Of
-- checkpoints older than a day the last of each hour is kept.

CREATE TABLE checkpoints (
    epoch     integer NOT NULL,
    size      bigint  NOT NULL, -- events
    note      text    NOT NULL,
    signed_at bigint  NOT NULL, -- µs since 1970, UTC
    PRIMARY KEY (epoch, size)
);

-- The roots of complete subtrees, where their height is a multiple of eight; leaves are in events.
CREATE TABLE tree_nodes (
    height integer NOT NULL,
    place  bigint  NOT NULL, -- among those of that height, from 0
    hash   bytea   NOT NULL,
    PRIMARY KEY (height, place)
);
