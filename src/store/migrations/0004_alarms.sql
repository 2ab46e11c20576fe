-- What is not well, or was not long ago.
CREATE TABLE alarm (
    subject    TEXT PRIMARY KEY NOT NULL,     -- source:ID, publishing
    state      TEXT NOT NULL CHECK (state IN ('failed', 'suspect', 'broken')),
    reason     TEXT NOT NULL,
    hint       TEXT,
    since      INTEGER NOT NULL,              -- when it was first not well
    failures   INTEGER NOT NULL,              -- runs since then that were not; 0: the alarm is over
    well_since INTEGER,                       -- well again, its end not told yet; null: not well
    told       INTEGER,                       -- when the operator was last told; null: not yet
    worst      TEXT,                          -- the worst state that was told
    ended      INTEGER                        -- when the end of the alarm before was told
) STRICT;

-- What is to be told and is in no message yet.
CREATE TABLE alert (
    nr      INTEGER PRIMARY KEY AUTOINCREMENT,
    subject TEXT NOT NULL,
    event   TEXT NOT NULL CHECK (event IN ('raised', 'reminded', 'cleared')),
    state   TEXT NOT NULL,
    reason  TEXT NOT NULL,
    hint    TEXT,
    since   INTEGER NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

-- What the operator is sent, and what the feed _flode shows.
CREATE TABLE message (
    nr      INTEGER PRIMARY KEY AUTOINCREMENT,
    id      TEXT NOT NULL UNIQUE,             -- the same on every channel, at every try
    at      INTEGER NOT NULL,
    content TEXT NOT NULL                     -- its alerts in groups, as JSON
) STRICT;
CREATE INDEX message_at ON message (at);

-- Which channel has not taken which message yet.
CREATE TABLE delivery (
    channel TEXT NOT NULL,                    -- a hash of its address, which is a secret
    message INTEGER NOT NULL REFERENCES message (nr) ON DELETE CASCADE,
    PRIMARY KEY (channel, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_message ON delivery (message);

-- Channels that did not take their last message.
CREATE TABLE channel (
    key        TEXT PRIMARY KEY NOT NULL,
    failures   INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    not_before INTEGER NOT NULL,              -- it is tried again then
    trouble    TEXT NOT NULL
) STRICT;
