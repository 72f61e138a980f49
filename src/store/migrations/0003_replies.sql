-- What people's texts leave behind besides a page's log: who blocked texts, and who was answered outside of any page.

-- Who blocked texts to their number with STOP, from when until when; `until_ms` is empty until they text START.
CREATE TABLE opt_outs (
    number   TEXT    NOT NULL,
    since_ms INTEGER NOT NULL,
    until_ms INTEGER CHECK (until_ms >= since_ms),
    PRIMARY KEY (number, since_ms)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX blocked_once_at_a_time ON opt_outs (number) WHERE until_ms IS NULL;

-- When a number that no open page knows was answered last, so that it is answered once an hour and no more.
CREATE TABLE stray_answers (
    number TEXT    NOT NULL PRIMARY KEY,
    at_ms  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 3;
