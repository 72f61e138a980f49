-- The page log of page-oncall, first version. A migration is never edited once released: the next change is a new file.

-- What makes a file a page log of ours ("POnC"); a database of another program is refused.
PRAGMA application_id = 0x504F6E43;

-- The truth: append-only, without holes, without customer data. `event` is JSON; times are milliseconds UTC.
CREATE TABLE events (
    episode TEXT    NOT NULL,
    seq     INTEGER NOT NULL CHECK (seq >= 1),
    at_ms   INTEGER NOT NULL,
    event   TEXT    NOT NULL CHECK (json_valid(event)),
    PRIMARY KEY (episode, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the page log is append-only: an entry is never changed');
END;

CREATE TRIGGER events_are_never_deleted BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'the page log is append-only: an entry is never deleted');
END;

-- Also stops INSERT OR REPLACE, which would otherwise delete without firing the trigger above.
CREATE TRIGGER events_follow_each_other BEFORE INSERT ON events
WHEN NEW.seq <> 1 + coalesce((SELECT max(seq) FROM events WHERE episode = NEW.episode), 0)
BEGIN
    SELECT RAISE(ABORT, 'the page log is append-only: an entry follows the last one');
END;

-- Personal data, beside the log so that it can be purged while the log stays whole.
CREATE TABLE briefings (
    episode  TEXT NOT NULL PRIMARY KEY,
    briefing TEXT NOT NULL CHECK (json_valid(briefing))
) STRICT, WITHOUT ROWID;

-- Derived from the log and rebuildable: how pages are found, and when the engine must look at them next.
CREATE TABLE pages (
    episode      TEXT    NOT NULL PRIMARY KEY,
    case_number  TEXT    NOT NULL,
    training     INTEGER NOT NULL CHECK (training IN (0, 1)),
    opened_at_ms INTEGER NOT NULL,
    open         INTEGER NOT NULL CHECK (open IN (0, 1)),
    next_wake_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX one_open_page_a_case ON pages (case_number, training) WHERE open = 1;
CREATE INDEX pages_by_case ON pages (case_number, opened_at_ms);
CREATE INDEX pages_by_age ON pages (opened_at_ms);
CREATE INDEX pages_by_wake ON pages (next_wake_ms) WHERE next_wake_ms IS NOT NULL;

-- Replies that were used, by the provider's own name for them: none is ever used twice.
CREATE TABLE used_replies (
    provider_id TEXT    NOT NULL PRIMARY KEY,
    at_ms       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 1;
