-- PEC Mail Proxy, schema version 1, Microsoft SQL Server 2019 or later. Prepared, not tested.
-- Times are milliseconds since 1970-01-01T00:00:00Z; flags are 0 or 1.
-- Statements end with a semicolon at the end of a line.

CREATE SEQUENCE ${schema}${prefix}sequence AS BIGINT START WITH 1 INCREMENT BY 1 CACHE 1000;

-- The numbers from 1 to 1000, to draw many from the sequence at once.
CREATE TABLE ${schema}${prefix}number (
    n INTEGER NOT NULL PRIMARY KEY
);
INSERT INTO ${schema}${prefix}number (n)
    SELECT TOP 1000 ROW_NUMBER() OVER (ORDER BY (SELECT NULL)) FROM sys.all_objects a CROSS JOIN sys.all_objects b;

-- What there is one of: the identity of the store.
CREATE TABLE ${schema}${prefix}meta (
    name NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    content NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NOT NULL
);

-- What a message is: written once.
CREATE TABLE ${schema}${prefix}message (
    message_seq BIGINT NOT NULL PRIMARY KEY,
    tenant NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL,
    account NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    pec SMALLINT NOT NULL,
    message_id NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    message_id_hash BIGINT NOT NULL,
    envelope_from NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    subject NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    priority SMALLINT NOT NULL,
    batch_code NVARCHAR(100) COLLATE Latin1_General_100_BIN2,
    receipt_format NVARCHAR(16) COLLATE Latin1_General_100_BIN2,
    enqueued_at BIGINT NOT NULL,
    content_size BIGINT NOT NULL,
    content_sha256 NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    fingerprint NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL
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
    state NVARCHAR(16) COLLATE Latin1_General_100_BIN2 NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    deadline BIGINT,
    sent_at BIGINT,
    doubt_since BIGINT,
    acceptance_overdue_at BIGINT,
    provider_message_id NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    provider_message_id_hash BIGINT,
    last_error NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    recipients NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    last_event_at BIGINT NOT NULL,
    purge_class SMALLINT
);
CREATE INDEX ${prefix}progress_by_state ON ${schema}${prefix}progress (state, message_seq);
CREATE INDEX ${prefix}progress_by_deadline ON ${schema}${prefix}progress (deadline)
    WHERE deadline IS NOT NULL;
CREATE INDEX ${prefix}progress_by_provider_id ON ${schema}${prefix}progress (provider_message_id_hash)
    WHERE provider_message_id_hash IS NOT NULL;
CREATE INDEX ${prefix}progress_to_purge ON ${schema}${prefix}progress (purge_class, last_event_at)
    WHERE purge_class IS NOT NULL;

-- Only what waits to be sent. status: 0 ready, sort_key is message_seq; 1 waits for its time, sort_key is due_at;
-- 2 held because its batch is suspended, sort_key is message_seq.
CREATE TABLE ${schema}${prefix}queue (
    message_seq BIGINT NOT NULL PRIMARY KEY,
    tenant NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    account NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    batch_code NVARCHAR(100) COLLATE Latin1_General_100_BIN2,
    status SMALLINT NOT NULL,
    priority SMALLINT NOT NULL,
    sort_key BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);
CREATE INDEX ${prefix}queue_order ON ${schema}${prefix}queue (tenant, account, status, priority, sort_key);
CREATE INDEX ${prefix}queue_by_batch ON ${schema}${prefix}queue (tenant, batch_code, status)
    WHERE batch_code IS NOT NULL;
CREATE INDEX ${prefix}queue_by_due ON ${schema}${prefix}queue (due_at);

CREATE TABLE ${schema}${prefix}message_content (
    owner_seq BIGINT NOT NULL,
    chunk INTEGER NOT NULL,
    bytes VARBINARY(MAX) NOT NULL,
    PRIMARY KEY (owner_seq, chunk)
);

CREATE TABLE ${schema}${prefix}event (
    event_seq BIGINT NOT NULL PRIMARY KEY,
    message_seq BIGINT NOT NULL,
    event_type NVARCHAR(32) COLLATE Latin1_General_100_BIN2 NOT NULL,
    event_time BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    details NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL
);
CREATE INDEX ${prefix}event_by_message ON ${schema}${prefix}event (message_seq, event_seq);

CREATE TABLE ${schema}${prefix}sink (
    sink NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY
);

-- One row for each event and sink until the sink has acknowledged it.
CREATE TABLE ${schema}${prefix}report (
    sink NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    event_seq BIGINT NOT NULL,
    message_seq BIGINT NOT NULL,
    tenant NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (sink, event_seq)
);
CREATE INDEX ${prefix}report_by_tenant ON ${schema}${prefix}report (sink, tenant, event_seq);
CREATE INDEX ${prefix}report_by_message ON ${schema}${prefix}report (message_seq, sink, event_seq);

CREATE TABLE ${schema}${prefix}receipt (
    receipt_seq BIGINT NOT NULL PRIMARY KEY,
    tenant NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    account NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    folder NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    uid_validity BIGINT NOT NULL,
    mail_uid BIGINT NOT NULL,
    arrived_at BIGINT,
    read_at BIGINT NOT NULL,
    fingerprint NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    mail_size BIGINT NOT NULL,
    receipt_message_id NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    kind NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    receipt_type NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    original_message_id NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    recipient NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    certified_at BIGINT,
    verdict NVARCHAR(16) COLLATE Latin1_General_100_BIN2 NOT NULL,
    problems NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    disposition NVARCHAR(16) COLLATE Latin1_General_100_BIN2 NOT NULL,
    reason NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    message_tenant NVARCHAR(64) COLLATE Latin1_General_100_BIN2,
    message_key NVARCHAR(200) COLLATE Latin1_General_100_BIN2,
    event_key NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    event_key_hash NVARCHAR(64) COLLATE Latin1_General_100_BIN2,
    content_size BIGINT,
    content_sha256 NVARCHAR(64) COLLATE Latin1_General_100_BIN2
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
    bytes VARBINARY(MAX) NOT NULL,
    PRIMARY KEY (owner_seq, chunk)
);

CREATE TABLE ${schema}${prefix}mailbox (
    tenant NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    account NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    folder NVARCHAR(255) COLLATE Latin1_General_100_BIN2 NOT NULL,
    uid_validity BIGINT NOT NULL,
    last_uid BIGINT NOT NULL,
    read_up_to BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, folder)
);

-- A right that was given back keeps its row without a holder, so that its token goes on growing.
CREATE TABLE ${schema}${prefix}exclusive_lease (
    resource_name NVARCHAR(200) COLLATE Latin1_General_100_BIN2 NOT NULL PRIMARY KEY,
    holder NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2,
    token BIGINT NOT NULL,
    held_until BIGINT NOT NULL
);

-- released is 1 while the held messages of an activated batch are being let go.
CREATE TABLE ${schema}${prefix}suspension (
    scope NVARCHAR(8) COLLATE Latin1_General_100_BIN2 NOT NULL,
    tenant NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    name NVARCHAR(100) COLLATE Latin1_General_100_BIN2 NOT NULL,
    reason NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    suspended_at BIGINT NOT NULL,
    released SMALLINT NOT NULL,
    PRIMARY KEY (tenant, scope, name)
);

CREATE TABLE ${schema}${prefix}rate (
    tenant NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    account NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    window_length BIGINT NOT NULL,
    window_start BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, window_length, window_start)
);

CREATE TABLE ${schema}${prefix}account (
    tenant NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    id NVARCHAR(64) COLLATE Latin1_General_100_BIN2 NOT NULL,
    settings NVARCHAR(MAX) COLLATE Latin1_General_100_BIN2 NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);
