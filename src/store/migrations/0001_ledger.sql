-- Instants are seconds since 1970-01-01T00:00:00Z, always UTC.

-- What is remembered of a source between two runs.
CREATE TABLE source (
    id             TEXT PRIMARY KEY NOT NULL,
    fingerprint    TEXT NOT NULL DEFAULT '',  -- address, recipe and categories that the validators and hashes belong to
    etag           TEXT,                      -- as received
    last_modified  TEXT,                      -- as received
    body_hash      BLOB,                      -- of the last page that was understood
    found_hash     BLOB,                      -- of what was found on it
    found          INTEGER NOT NULL DEFAULT 0, -- items on it
    last_run       INTEGER,                   -- start of the last run; null: none yet
    last_good      INTEGER,                   -- start of the last run that understood the page, or heard that it is unchanged
    failures       INTEGER NOT NULL DEFAULT 0, -- runs since then that did not
    not_before     INTEGER,                   -- the server asked not to be asked before; null: it said nothing
    rest_until     INTEGER,                   -- the schedule rests until then: the server's word, or the back-off of failures
    fresh_since    INTEGER,                   -- when the server last sent a page; since then nothing but 304
    outcome        TEXT NOT NULL DEFAULT 'new', -- of the last run, one word
    trouble        TEXT                       -- of the last run, for people; null: none
) STRICT;

CREATE TABLE category (
    key   TEXT PRIMARY KEY NOT NULL,
    name  TEXT NOT NULL,                      -- as first seen
    slug  TEXT NOT NULL UNIQUE                -- never changes
) STRICT;

CREATE TABLE item (
    nr         INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE,          -- urn:uuid:…, minted once
    home       TEXT NOT NULL,                 -- the source that showed it first
    title      TEXT NOT NULL,
    link       TEXT,                          -- null: the page has no address for it
    summary    TEXT,                          -- plain text, one line a paragraph
    author     TEXT,
    image      TEXT,                          -- its address
    content    TEXT,                          -- the full text as sanitised HTML
    page_date  TEXT,                          -- what the page says, at the precision it has; null: nothing
    first_seen INTEGER NOT NULL,
    published  INTEGER NOT NULL,              -- never changes
    updated    INTEGER NOT NULL               -- when it last changed; no two items share it
) STRICT;
CREATE INDEX item_updated ON item (updated);
CREATE INDEX item_published ON item (published DESC, id); -- the site's feed

-- The referee: no two items hold the same occurrence of a key.
CREATE TABLE item_key (
    title      TEXT NOT NULL,
    category   TEXT NOT NULL,                 -- empty: in no category
    occurrence INTEGER NOT NULL,
    item       INTEGER NOT NULL REFERENCES item (nr),
    PRIMARY KEY (title, category, occurrence)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_key_item ON item_key (item);

-- The categories an item stands in now: those of all its sightings.
CREATE TABLE item_category (
    category TEXT NOT NULL REFERENCES category (key),
    item     INTEGER NOT NULL REFERENCES item (nr),
    place    INTEGER NOT NULL,                -- 0 is the first
    PRIMARY KEY (category, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_category_item ON item_category (item, place);

-- Where an item stands, or stood.
CREATE TABLE sighting (
    source     TEXT NOT NULL REFERENCES source (id),
    item       INTEGER NOT NULL REFERENCES item (nr),
    link       TEXT,                          -- canonical; null: none
    categories TEXT NOT NULL,                 -- JSON array of keys
    gone       INTEGER,                       -- since when it is off the page; null: it is there
    PRIMARY KEY (source, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX sighting_item ON sighting (item);
CREATE INDEX sighting_link ON sighting (source, link);
CREATE INDEX sighting_here ON sighting (source) WHERE gone IS NULL;

CREATE TABLE feed (
    slug    TEXT PRIMARY KEY NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('site', 'category', 'declared')),
    title   TEXT NOT NULL,
    changed INTEGER NOT NULL,                 -- when its content last changed
    version INTEGER NOT NULL DEFAULT 1,       -- counts the changes, of which several may fall into one second
    due     INTEGER NOT NULL DEFAULT 1        -- 1: has changed since it was last published
) STRICT;
CREATE INDEX feed_due ON feed (slug) WHERE due = 1;

-- The categories a feed shows; none for the site's feed, which shows everything.
CREATE TABLE feed_category (
    category TEXT NOT NULL,
    slug     TEXT NOT NULL REFERENCES feed (slug) ON DELETE CASCADE,
    PRIMARY KEY (category, slug)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_category_slug ON feed_category (slug);

-- Single values, by name.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT;
