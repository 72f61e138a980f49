-- What people's texts leave behind besides a page's log: who blocked texts, and who was answered outside of any page.

-- Who blocked texts to their number with STOP, from when until when; `until_ms` is empty until they text START.
CREATE TABLE opt_outs (
    number   TEXT COLLATE "C" NOT NULL,
    since_ms BIGINT           NOT NULL,
    until_ms BIGINT CHECK (until_ms >= since_ms),
    PRIMARY KEY (number, since_ms)
);

CREATE UNIQUE INDEX blocked_once_at_a_time ON opt_outs (number) WHERE until_ms IS NULL;

-- When a number that no open page knows was answered last, so that it is answered once an hour and no more.
CREATE TABLE stray_answers (
    number TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    at_ms  BIGINT           NOT NULL
);

INSERT INTO page_oncall_schema (version) VALUES (3);
