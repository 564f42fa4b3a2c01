-- By which rules the keys of usernames and addresses were made: `rekey migrate` makes those of earlier rules anew.
CREATE TABLE name_keys (
    rules INTEGER NOT NULL
);

INSERT INTO name_keys VALUES (1);
