-- By which rules the keys of usernames and addresses were made: `rekey migrate` rebuilds those of earlier rules.
CREATE TABLE name_keys (
    rules INTEGER NOT NULL
);

INSERT INTO name_keys VALUES (1);
