-- Who may do what over HTTP, and who did. Times are milliseconds UTC; a fingerprint is the SHA-256 of a secret, which
-- itself is never kept.

-- Named API tokens. A revoked one stays as a record until the audit log forgets it too.
CREATE TABLE tokens (
    fingerprint   BYTEA            NOT NULL PRIMARY KEY CHECK (length(fingerprint) = 32),
    name          TEXT COLLATE "C" NOT NULL,
    role          TEXT             NOT NULL,
    person        TEXT,
    created_at_ms BIGINT           NOT NULL,
    created_by    TEXT             NOT NULL,
    expires_at_ms BIGINT,
    used_at_ms    BIGINT,
    revoked_at_ms BIGINT
);

CREATE UNIQUE INDEX one_token_a_name ON tokens (name) WHERE revoked_at_ms IS NULL;

-- Local accounts. `password` is Argon2id in the PHC form.
CREATE TABLE accounts (
    name      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    role      TEXT             NOT NULL,
    password  TEXT             NOT NULL,
    set_at_ms BIGINT           NOT NULL
);

CREATE TABLE sessions (
    fingerprint   BYTEA            NOT NULL PRIMARY KEY CHECK (length(fingerprint) = 32),
    name          TEXT COLLATE "C" NOT NULL,
    role          TEXT             NOT NULL,
    person        TEXT,
    way           TEXT             NOT NULL,
    began_at_ms   BIGINT           NOT NULL,
    expires_at_ms BIGINT           NOT NULL
);

CREATE INDEX sessions_by_name ON sessions (name, way);
CREATE INDEX sessions_by_end ON sessions (expires_at_ms);

-- Sign-ins that have gone to the provider of single sign-on; each is taken once.
CREATE TABLE sign_ins (
    fingerprint   BYTEA  NOT NULL PRIMARY KEY CHECK (length(fingerprint) = 32),
    nonce         TEXT   NOT NULL,
    verifier      TEXT   NOT NULL,
    return_to     TEXT   NOT NULL,
    expires_at_ms BIGINT NOT NULL
);

CREATE INDEX sign_ins_by_end ON sign_ins (expires_at_ms);

-- Wrong guesses about an account or from an address. Several may fall into one millisecond, and each counts.
CREATE TABLE wrong_guesses (
    subject TEXT COLLATE "C" NOT NULL,
    at_ms   BIGINT           NOT NULL
);

CREATE INDEX wrong_guesses_by_subject ON wrong_guesses (subject, at_ms);
CREATE INDEX wrong_guesses_by_age ON wrong_guesses (at_ms);

-- The audit log: append-only, without customer data. It numbers its entries itself.
CREATE TABLE acts (
    number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms      BIGINT NOT NULL,
    by_whom    TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    via        TEXT   NOT NULL,
    from_where TEXT   NOT NULL,
    what       TEXT   NOT NULL,
    object     TEXT   NOT NULL,
    result     TEXT   NOT NULL
);

CREATE INDEX acts_by_age ON acts (at_ms);

-- Holds a row only within the transaction of a purge: acts before it may be deleted.
CREATE TABLE acts_purge (
    before_ms BIGINT NOT NULL
);

CREATE FUNCTION refuse_a_changed_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: an entry is never changed';
END
$$;

CREATE TRIGGER acts_are_never_changed BEFORE UPDATE ON acts
    FOR EACH ROW EXECUTE FUNCTION refuse_a_changed_act();

CREATE TRIGGER acts_are_never_truncated BEFORE TRUNCATE ON acts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_a_changed_act();

CREATE FUNCTION let_old_acts_go() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF OLD.at_ms >= coalesce((SELECT max(before_ms) FROM acts_purge), OLD.at_ms) THEN
        RAISE EXCEPTION 'the audit log is append-only: an entry is deleted by the purge of old ones alone';
    END IF;
    RETURN OLD;
END
$$;

CREATE TRIGGER acts_are_deleted_by_age_alone BEFORE DELETE ON acts
    FOR EACH ROW EXECUTE FUNCTION let_old_acts_go();

-- Requests with an Idempotency-Key; without a status it is under way.
CREATE TABLE requests (
    caller   TEXT COLLATE "C" NOT NULL,
    key      TEXT COLLATE "C" NOT NULL,
    digest   BYTEA            NOT NULL CHECK (length(digest) = 32),
    begun_ms BIGINT           NOT NULL,
    status   INTEGER,
    body     TEXT,
    PRIMARY KEY (caller, key),
    CHECK ((status IS NULL) = (body IS NULL))
);

CREATE INDEX requests_by_age ON requests (begun_ms);

-- Keys that this house made for itself, such as that of the links in messages.
CREATE TABLE keys (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    key  BYTEA            NOT NULL CHECK (length(key) = 32)
);

-- A link in a message holds the beginning of its page's id.
CREATE INDEX pages_by_beginning ON pages (replace(episode, '-', ''));

INSERT INTO page_oncall_schema (version) VALUES (4);
