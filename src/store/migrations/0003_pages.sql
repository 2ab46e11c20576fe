-- The last pages of each source, as they were read. Bounded by `archive.pages` and `archive.max_bytes`.
CREATE TABLE page (
    nr         INTEGER PRIMARY KEY,
    source     TEXT NOT NULL REFERENCES source (id),
    believed   INTEGER NOT NULL,              -- 1: it was understood, and the ledger follows it; 0: it was not
    seen       INTEGER NOT NULL,              -- when it was last read
    url        TEXT NOT NULL,                 -- after redirects, without logins and keys
    media_type TEXT,                          -- what the server called it; null: nothing
    verdict    TEXT NOT NULL,                 -- one word
    reason     TEXT,                          -- of the verdict, for people; null: it was well
    body_hash  BLOB NOT NULL,                 -- SHA-256 of the body before its character set was decoded
    size       INTEGER NOT NULL,              -- bytes of the text
    body       BLOB,                          -- the text in UTF-8, as a zstd frame; null: larger than a page may be
    found      BLOB,                          -- what was found on it then, JSON as a zstd frame; null: likewise
    UNIQUE (source, believed, body_hash)
) STRICT;
CREATE INDEX page_seen ON page (source, seen);
