-- Who may do what over HTTP, and who did. Times are milliseconds UTC; a fingerprint is the SHA-256 of a secret, which
-- itself is never kept.

-- Named API tokens. A revoked one stays as a record until the audit log forgets it too.
CREATE TABLE tokens (
    fingerprint   BLOB    NOT NULL PRIMARY KEY CHECK (length(fingerprint) = 32),
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    person        TEXT,
    created_at_ms INTEGER NOT NULL,
    created_by    TEXT    NOT NULL,
    expires_at_ms INTEGER,
    used_at_ms    INTEGER,
    revoked_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX one_token_a_name ON tokens (name) WHERE revoked_at_ms IS NULL;

-- Local accounts. `password` is Argon2id in the PHC form.
CREATE TABLE accounts (
    name      TEXT    NOT NULL PRIMARY KEY,
    role      TEXT    NOT NULL,
    password  TEXT    NOT NULL,
    set_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    fingerprint   BLOB    NOT NULL PRIMARY KEY CHECK (length(fingerprint) = 32),
    name          TEXT    NOT NULL,
    role          TEXT    NOT NULL,
    person        TEXT,
    way           TEXT    NOT NULL,
    began_at_ms   INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_name ON sessions (name, way);
CREATE INDEX sessions_by_end ON sessions (expires_at_ms);

-- Sign-ins that have gone to the provider of single sign-on; each is taken once.
CREATE TABLE sign_ins (
    fingerprint   BLOB    NOT NULL PRIMARY KEY CHECK (length(fingerprint) = 32),
    nonce         TEXT    NOT NULL,
    verifier      TEXT    NOT NULL,
    return_to     TEXT    NOT NULL,
    expires_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sign_ins_by_end ON sign_ins (expires_at_ms);

-- Wrong guesses about an account or from an address. Several may fall into one millisecond, and each counts.
CREATE TABLE wrong_guesses (
    subject TEXT    NOT NULL,
    at_ms   INTEGER NOT NULL
) STRICT;

CREATE INDEX wrong_guesses_by_subject ON wrong_guesses (subject, at_ms);
CREATE INDEX wrong_guesses_by_age ON wrong_guesses (at_ms);

-- The audit log: append-only, without customer data.
CREATE TABLE acts (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms      INTEGER NOT NULL,
    by_whom    TEXT    NOT NULL,
    role       TEXT    NOT NULL,
    via        TEXT    NOT NULL,
    from_where TEXT    NOT NULL,
    what       TEXT    NOT NULL,
    object     TEXT    NOT NULL,
    result     TEXT    NOT NULL
) STRICT;

CREATE INDEX acts_by_age ON acts (at_ms);

-- Holds a row only within the transaction of a purge: acts before it may be deleted.
CREATE TABLE acts_purge (
    before_ms INTEGER NOT NULL
) STRICT;

CREATE TRIGGER acts_are_never_changed BEFORE UPDATE ON acts
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: an entry is never changed');
END;

CREATE TRIGGER acts_are_deleted_by_age_alone BEFORE DELETE ON acts
WHEN OLD.at_ms >= coalesce((SELECT max(before_ms) FROM acts_purge), OLD.at_ms)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: an entry is deleted by the purge of old ones alone');
END;

-- Also stops INSERT OR REPLACE, which would otherwise delete without firing the trigger above. A number that SQLite is
-- to choose reads -1 here.
CREATE TRIGGER acts_follow_each_other BEFORE INSERT ON acts
WHEN NEW.number <> -1
BEGIN
    SELECT RAISE(ABORT, 'the audit log is append-only: the log numbers its entries itself');
END;

-- Requests with an Idempotency-Key; without a status it is under way.
CREATE TABLE requests (
    caller   TEXT    NOT NULL,
    key      TEXT    NOT NULL,
    digest   BLOB    NOT NULL CHECK (length(digest) = 32),
    begun_ms INTEGER NOT NULL,
    status   INTEGER,
    body     TEXT,
    PRIMARY KEY (caller, key),
    CHECK ((status IS NULL) = (body IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_by_age ON requests (begun_ms);

-- Keys that this house made for itself, such as that of the links in messages.
CREATE TABLE keys (
    name TEXT NOT NULL PRIMARY KEY,
    key  BLOB NOT NULL CHECK (length(key) = 32)
) STRICT, WITHOUT ROWID;

-- A link in a message holds the beginning of its page's id.
CREATE INDEX pages_by_beginning ON pages (replace(episode, '-', ''));

PRAGMA user_version = 4;
