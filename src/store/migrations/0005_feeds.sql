-- What a declared feed shows, as JSON; null: all of its categories.
ALTER TABLE feed ADD COLUMN rule TEXT;
-- 1: an item of any category, or of none, may be in it.
ALTER TABLE feed ADD COLUMN wide INTEGER NOT NULL DEFAULT 0;
-- The feed that has taken the place of a category that was renamed; null: none.
ALTER TABLE feed ADD COLUMN moved TEXT;
UPDATE feed SET wide = 1 WHERE kind = 'site';

-- Which items a feed shows, and in which archive document (RFC 5005).
CREATE TABLE feed_item (
    slug      TEXT NOT NULL REFERENCES feed (slug) ON DELETE CASCADE,
    item      INTEGER NOT NULL REFERENCES item (nr),
    published INTEGER NOT NULL,               -- the item's, which never changes
    shown     INTEGER NOT NULL DEFAULT 0,     -- 1: it belongs to the feed; 0: that is not settled yet
    page      INTEGER NOT NULL DEFAULT 0,     -- the number of its archive document; 0: none yet
    touched   INTEGER,                        -- when it changed; null: the feed has taken note of that
    PRIMARY KEY (slug, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_item_item ON feed_item (item);
CREATE INDEX feed_item_newest ON feed_item (slug, shown, published);
CREATE INDEX feed_item_page ON feed_item (slug, page, published);
CREATE INDEX feed_item_touched ON feed_item (slug) WHERE touched IS NOT NULL;

-- The archive documents, one row for each of their files.
CREATE TABLE feed_archive (
    slug    TEXT NOT NULL REFERENCES feed (slug) ON DELETE CASCADE,
    number  INTEGER NOT NULL,                 -- 1 is the oldest
    format  TEXT NOT NULL,
    hash    BLOB,                             -- SHA-256 of the file; null: not rendered yet
    changed INTEGER NOT NULL DEFAULT 0,       -- when its content last changed
    place   TEXT NOT NULL DEFAULT '',         -- the addresses that it was rendered for
    written INTEGER NOT NULL DEFAULT 0,       -- 1: the sink has it
    PRIMARY KEY (slug, number, format)
) STRICT, WITHOUT ROWID;

-- Declared feeds are settled when they are declared the next time.
INSERT INTO feed_item (slug, item, published, shown)
    SELECT f.slug, i.nr, i.published, 1 FROM feed f JOIN item i WHERE f.kind = 'site';
INSERT OR IGNORE INTO feed_item (slug, item, published, shown)
    SELECT f.slug, i.nr, i.published, 1 FROM feed f JOIN feed_category fc ON fc.slug = f.slug
    JOIN item_category ic ON ic.category = fc.category JOIN item i ON i.nr = ic.item WHERE f.kind = 'category';
