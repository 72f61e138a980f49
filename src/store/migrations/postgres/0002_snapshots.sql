-- Every version of every schedule's sheet, and what people were told about them.

-- What a sheet said, once a schedule and content. `content` is what was read, `source` what it was read from, as the
-- settings said it when the sheet last came to say this: it says how the content is to be read.
CREATE TABLE snapshots (
    schedule TEXT COLLATE "C" NOT NULL,
    sha256   TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    source   TEXT             NOT NULL,
    content  BYTEA            NOT NULL,
    PRIMARY KEY (schedule, sha256)
);

-- When which version was in force, in the order in which they were seen: a sheet that returns to an old version has a
-- sighting more, not a snapshot more. Times are milliseconds UTC.
CREATE TABLE sightings (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    schedule      TEXT COLLATE "C" NOT NULL,
    sha256        TEXT COLLATE "C" NOT NULL,
    first_seen_ms BIGINT           NOT NULL,
    last_seen_ms  BIGINT           NOT NULL CHECK (last_seen_ms >= first_seen_ms),
    FOREIGN KEY (schedule, sha256) REFERENCES snapshots (schedule, sha256)
);

CREATE INDEX sightings_by_schedule ON sightings (schedule, id);
CREATE INDEX sightings_by_content ON sightings (schedule, sha256);

-- What was told last about a subject, as a digest, so that nothing is told twice.
CREATE TABLE notices (
    subject TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    told    TEXT             NOT NULL,
    at_ms   BIGINT           NOT NULL
);

INSERT INTO page_oncall_schema (version) VALUES (2);
