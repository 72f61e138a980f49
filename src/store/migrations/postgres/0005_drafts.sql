-- What agents have given so far to the form that pages somebody. Times are milliseconds UTC. `form` is JSON and may hold
-- the customer's name, number and problem: it goes when the page begins, when the agent leaves it, and within a day.
CREATE TABLE drafts (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    by_whom       TEXT             NOT NULL,
    case_number   TEXT             NOT NULL,
    training      BOOLEAN          NOT NULL,
    begun_at_ms   BIGINT           NOT NULL,
    changed_at_ms BIGINT           NOT NULL,
    form          TEXT             NOT NULL
);

CREATE INDEX drafts_by_age ON drafts (changed_at_ms);

INSERT INTO page_oncall_schema (version) VALUES (5);
