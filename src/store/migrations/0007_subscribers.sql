-- How many took a document on a day. Totals alone: nothing here is about anybody.
CREATE TABLE subscribers (
    day      TEXT NOT NULL,              -- 2026-03-02, in the zone of the site
    feed     TEXT NOT NULL,              -- its slug; several with + between them where a subscriber combined them
    format   TEXT NOT NULL,              -- rss, atom, json
    reported INTEGER NOT NULL,           -- what services that read for many say of themselves
    readers  INTEGER NOT NULL,           -- others that asked, estimated
    PRIMARY KEY (day, feed, format)
) STRICT, WITHOUT ROWID;
