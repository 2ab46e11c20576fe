-- Who is told of changes. There is no table of what is to be sent: a subscriber is owed a topic whose version it was not sent.

-- The documents that can be subscribed to, as they were last published.
CREATE TABLE topic (
    name       TEXT PRIMARY KEY NOT NULL,    -- of the file: kultur.atom
    hash       BLOB NOT NULL,                -- SHA-256 of the document
    version    INTEGER NOT NULL DEFAULT 1,   -- counts its changes
    told       INTEGER NOT NULL DEFAULT 1,   -- the version that a hub elsewhere was last told of
    failures   INTEGER NOT NULL DEFAULT 0,   -- of telling it, since then
    failing    INTEGER,                      -- since when; null: it works
    not_before INTEGER NOT NULL DEFAULT 0    -- it is not told again before
) STRICT;

-- Who has subscribed at flode's own hub, and meant it.
CREATE TABLE subscription (
    topic      TEXT NOT NULL REFERENCES topic (name),
    callback   TEXT NOT NULL,                -- where documents are sent
    host       TEXT NOT NULL,                -- of the callback
    secret     TEXT,                         -- documents are signed with it; null: they are not
    until      INTEGER NOT NULL,             -- the lease ends
    sent       INTEGER NOT NULL,             -- the version that was last taken
    failures   INTEGER NOT NULL DEFAULT 0,   -- of sending, since then
    failing    INTEGER,                      -- since when; null: it works
    not_before INTEGER NOT NULL DEFAULT 0,   -- nothing is sent again before
    PRIMARY KEY (topic, callback)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscription_host ON subscription (host);
CREATE INDEX subscription_until ON subscription (until);
