-- Every version of every schedule's sheet, and what people were told about them.

-- What a sheet said, once a schedule and content. `content` is what was read, `source` what it was read from, as the
-- settings said it when the sheet last came to say this: it says how the content is to be read.
CREATE TABLE snapshots (
    schedule TEXT NOT NULL,
    sha256   TEXT NOT NULL CHECK (length(sha256) = 64),
    source   TEXT NOT NULL,
    content  BLOB NOT NULL,
    PRIMARY KEY (schedule, sha256)
) STRICT;

-- When which version was in force, in the order in which they were seen: a sheet that returns to an old version has a
-- sighting more, not a snapshot more. Times are milliseconds UTC.
CREATE TABLE sightings (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    schedule      TEXT    NOT NULL,
    sha256        TEXT    NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms  INTEGER NOT NULL CHECK (last_seen_ms >= first_seen_ms),
    FOREIGN KEY (schedule, sha256) REFERENCES snapshots (schedule, sha256)
) STRICT;

CREATE INDEX sightings_by_schedule ON sightings (schedule, id);
CREATE INDEX sightings_by_content ON sightings (schedule, sha256);

-- What was told last about a subject, as a digest, so that nothing is told twice.
CREATE TABLE notices (
    subject TEXT    NOT NULL PRIMARY KEY,
    told    TEXT    NOT NULL,
    at_ms   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 2;
