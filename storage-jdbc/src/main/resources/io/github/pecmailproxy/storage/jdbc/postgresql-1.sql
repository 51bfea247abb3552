-- PEC Mail Proxy, schema version 1, PostgreSQL 13 or later.
-- Names are folded to lower case.
-- Times are milliseconds since 1970-01-01T00:00:00Z; flags are 0 or 1.
-- Statements end with a semicolon at the end of a line.

CREATE SEQUENCE ${schema}${prefix}sequence START WITH 1;

-- What there is one of: the identity of the store.
CREATE TABLE ${schema}${prefix}meta (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    content VARCHAR(255) NOT NULL
);

-- What a message is: written once.
CREATE TABLE ${schema}${prefix}message (
    message_seq BIGINT NOT NULL PRIMARY KEY,
    tenant VARCHAR(64) NOT NULL,
    id VARCHAR(200) NOT NULL,
    account VARCHAR(64) NOT NULL,
    pec SMALLINT NOT NULL,
    message_id TEXT NOT NULL,
    message_id_hash BIGINT NOT NULL,
    envelope_from TEXT NOT NULL,
    subject TEXT NOT NULL,
    priority SMALLINT NOT NULL,
    batch_code VARCHAR(100),
    receipt_format VARCHAR(16),
    enqueued_at BIGINT NOT NULL,
    content_size BIGINT NOT NULL,
    content_sha256 VARCHAR(64) NOT NULL,
    fingerprint VARCHAR(64) NOT NULL
);
CREATE UNIQUE INDEX ${prefix}message_key ON ${schema}${prefix}message (tenant, id);
CREATE INDEX ${prefix}message_by_message_id ON ${schema}${prefix}message (message_id_hash);
CREATE INDEX ${prefix}message_by_tenant ON ${schema}${prefix}message (tenant, message_seq);
CREATE INDEX ${prefix}message_by_account ON ${schema}${prefix}message (tenant, account, message_seq);
CREATE INDEX ${prefix}message_by_batch ON ${schema}${prefix}message (batch_code, message_seq)
    WHERE batch_code IS NOT NULL;

-- What became of it: changes with every version. purge_class is set when it is finished: 0 ordinary, 1 certified.
CREATE TABLE ${schema}${prefix}progress (
    message_seq BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state VARCHAR(16) NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    deadline BIGINT,
    sent_at BIGINT,
    doubt_since BIGINT,
    acceptance_overdue_at BIGINT,
    provider_message_id TEXT,
    provider_message_id_hash BIGINT,
    last_error TEXT,
    recipients TEXT NOT NULL,
    last_event_at BIGINT NOT NULL,
    purge_class SMALLINT
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX ${prefix}progress_by_state ON ${schema}${prefix}progress (state, message_seq);
CREATE INDEX ${prefix}progress_by_deadline ON ${schema}${prefix}progress (deadline) WHERE deadline IS NOT NULL;
CREATE INDEX ${prefix}progress_by_provider_id ON ${schema}${prefix}progress (provider_message_id_hash)
    WHERE provider_message_id_hash IS NOT NULL;
CREATE INDEX ${prefix}progress_to_purge ON ${schema}${prefix}progress (purge_class, last_event_at)
    WHERE purge_class IS NOT NULL;

-- Only what waits to be sent. status: 0 ready, sort_key is message_seq; 1 waits for its time, sort_key is due_at;
-- 2 held because its batch is suspended, sort_key is message_seq.
-- Rows live shortly: they are to be cleared away by their number, not by their share of a backlog.
CREATE TABLE ${schema}${prefix}queue (
    message_seq BIGINT NOT NULL PRIMARY KEY,
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(64) NOT NULL,
    batch_code VARCHAR(100),
    status SMALLINT NOT NULL,
    priority SMALLINT NOT NULL,
    sort_key BIGINT NOT NULL,
    due_at BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX ${prefix}queue_order ON ${schema}${prefix}queue (tenant, account, status, priority, sort_key);
CREATE INDEX ${prefix}queue_by_batch ON ${schema}${prefix}queue (tenant, batch_code, status)
    WHERE batch_code IS NOT NULL;
CREATE INDEX ${prefix}queue_by_due ON ${schema}${prefix}queue (due_at);

CREATE TABLE ${schema}${prefix}message_content (
    owner_seq BIGINT NOT NULL,
    chunk INTEGER NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (owner_seq, chunk)
);
-- Mail is mostly base64 or signed: compressing it again costs time and saves little.
ALTER TABLE ${schema}${prefix}message_content ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE ${schema}${prefix}event (
    event_seq BIGINT NOT NULL PRIMARY KEY,
    message_seq BIGINT NOT NULL,
    event_type VARCHAR(32) NOT NULL,
    event_time BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX ${prefix}event_by_message ON ${schema}${prefix}event (message_seq, event_seq);

CREATE TABLE ${schema}${prefix}sink (
    sink VARCHAR(64) NOT NULL PRIMARY KEY
);

-- One row for each event and sink until the sink has acknowledged it.
CREATE TABLE ${schema}${prefix}report (
    sink VARCHAR(64) NOT NULL,
    event_seq BIGINT NOT NULL,
    message_seq BIGINT NOT NULL,
    tenant VARCHAR(64) NOT NULL,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (sink, event_seq)
) WITH (autovacuum_vacuum_scale_factor = 0.0, autovacuum_vacuum_threshold = 5000);
CREATE INDEX ${prefix}report_by_tenant ON ${schema}${prefix}report (sink, tenant, event_seq);
CREATE INDEX ${prefix}report_by_message ON ${schema}${prefix}report (message_seq, sink, event_seq);

CREATE TABLE ${schema}${prefix}receipt (
    receipt_seq BIGINT NOT NULL PRIMARY KEY,
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(64) NOT NULL,
    folder TEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    mail_uid BIGINT NOT NULL,
    arrived_at BIGINT,
    read_at BIGINT NOT NULL,
    fingerprint VARCHAR(64) NOT NULL,
    mail_size BIGINT NOT NULL,
    receipt_message_id TEXT,
    kind TEXT NOT NULL,
    receipt_type TEXT,
    original_message_id TEXT,
    recipient TEXT,
    certified_at BIGINT,
    verdict VARCHAR(16) NOT NULL,
    problems TEXT NOT NULL,
    disposition VARCHAR(16) NOT NULL,
    reason TEXT NOT NULL,
    message_tenant VARCHAR(64),
    message_key VARCHAR(200),
    event_key TEXT,
    event_key_hash VARCHAR(64),
    content_size BIGINT,
    content_sha256 VARCHAR(64)
);
CREATE UNIQUE INDEX ${prefix}receipt_fingerprint ON ${schema}${prefix}receipt (tenant, account, fingerprint);
CREATE UNIQUE INDEX ${prefix}receipt_event_key ON ${schema}${prefix}receipt (tenant, account, event_key_hash)
    WHERE event_key_hash IS NOT NULL;
CREATE INDEX ${prefix}receipt_by_account ON ${schema}${prefix}receipt (tenant, account, receipt_seq);
CREATE INDEX ${prefix}receipt_by_message ON ${schema}${prefix}receipt (message_tenant, message_key, receipt_seq)
    WHERE message_key IS NOT NULL;
CREATE INDEX ${prefix}receipt_by_disposition ON ${schema}${prefix}receipt (disposition, receipt_seq);

CREATE TABLE ${schema}${prefix}receipt_content (
    owner_seq BIGINT NOT NULL,
    chunk INTEGER NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (owner_seq, chunk)
);
-- Mail is mostly base64 or signed: compressing it again costs time and saves little.
ALTER TABLE ${schema}${prefix}receipt_content ALTER COLUMN bytes SET STORAGE EXTERNAL;

CREATE TABLE ${schema}${prefix}mailbox (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(64) NOT NULL,
    folder VARCHAR(255) NOT NULL,
    uid_validity BIGINT NOT NULL,
    last_uid BIGINT NOT NULL,
    read_up_to BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, folder)
);

-- A right that was given back keeps its row without a holder, so that its token goes on growing.
CREATE TABLE ${schema}${prefix}exclusive_lease (
    resource_name VARCHAR(200) NOT NULL PRIMARY KEY,
    holder TEXT,
    token BIGINT NOT NULL,
    held_until BIGINT NOT NULL
);

-- released is 1 while the held messages of an activated batch are being let go.
CREATE TABLE ${schema}${prefix}suspension (
    scope VARCHAR(8) NOT NULL,
    tenant VARCHAR(64) NOT NULL,
    name VARCHAR(100) NOT NULL,
    reason TEXT NOT NULL,
    suspended_at BIGINT NOT NULL,
    released SMALLINT NOT NULL,
    PRIMARY KEY (tenant, scope, name)
);

CREATE TABLE ${schema}${prefix}rate (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(64) NOT NULL,
    window_length BIGINT NOT NULL,
    window_start BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, window_length, window_start)
);

CREATE TABLE ${schema}${prefix}account (
    tenant VARCHAR(64) NOT NULL,
    id VARCHAR(64) NOT NULL,
    settings TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
