-- What the verdict on a page is based on, and what a suspect page holds back.

ALTER TABLE source ADD COLUMN history TEXT NOT NULL DEFAULT '{}'; -- JSON: what its last believed pages looked like

-- The new items of suspect runs; they wait for the next run, or for the operator.
CREATE TABLE hold (
    source TEXT PRIMARY KEY NOT NULL REFERENCES source (id),
    since  INTEGER NOT NULL,             -- when they were first held
    causes TEXT NOT NULL,                -- JSON array of words
    items  TEXT NOT NULL,                -- JSON array, in the order of the page
    asked  INTEGER NOT NULL DEFAULT 0    -- 1: the operator lets them out
) STRICT;
