-- The page log of page-oncall in PostgreSQL, first version; the numbers are those of the files for SQLite beside this
-- folder. A migration is never edited once released: the next change is a new file. Names are compared byte by byte
-- (COLLATE "C"), so that both stores sort alike.

-- What makes a schema a page log of ours; a schema that holds anything else is refused.
CREATE TABLE page_oncall_schema (
    version    INTEGER     NOT NULL PRIMARY KEY,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- The truth: append-only, without holes, without customer data. `event` is kept as it was written; times are
-- milliseconds UTC.
CREATE TABLE events (
    episode TEXT COLLATE "C" NOT NULL,
    seq     INTEGER          NOT NULL CHECK (seq >= 1),
    at_ms   BIGINT           NOT NULL,
    event   JSON             NOT NULL,
    PRIMARY KEY (episode, seq)
);

CREATE FUNCTION refuse_a_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the page log is append-only: an entry is never changed or deleted';
END
$$;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_a_change();

CREATE TRIGGER events_are_never_truncated BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_a_change();

CREATE FUNCTION follow_the_last_entry() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.seq <> 1 + coalesce((SELECT max(seq) FROM events WHERE episode = NEW.episode), 0) THEN
        RAISE EXCEPTION 'the page log is append-only: an entry follows the last one';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER events_follow_each_other BEFORE INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION follow_the_last_entry();

-- Personal data, beside the log so that it can be purged while the log stays whole.
CREATE TABLE briefings (
    episode  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    briefing JSON             NOT NULL
);

-- Derived from the log and rebuildable: how pages are found, and when the engine must look at them next.
CREATE TABLE pages (
    episode      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    case_number  TEXT COLLATE "C" NOT NULL,
    training     BOOLEAN          NOT NULL,
    opened_at_ms BIGINT           NOT NULL,
    open         BOOLEAN          NOT NULL,
    next_wake_ms BIGINT
);

CREATE UNIQUE INDEX one_open_page_a_case ON pages (case_number, training) WHERE open;
CREATE INDEX pages_by_case ON pages (case_number, opened_at_ms);
CREATE INDEX pages_by_age ON pages (opened_at_ms);
CREATE INDEX pages_by_wake ON pages (next_wake_ms) WHERE next_wake_ms IS NOT NULL;

-- Replies that were used, by the provider's own name for them: none is ever used twice.
CREATE TABLE used_replies (
    provider_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at_ms       BIGINT           NOT NULL
);

INSERT INTO page_oncall_schema (version) VALUES (1);
