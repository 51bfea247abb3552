-- PEC Mail Proxy, schema version 1, Oracle Database 19c or later. Prepared, not tested.
-- An empty text, which Oracle takes for none, is stored as U+001A and the letter e. Times are milliseconds since 1970-01-01T00:00:00Z; flags are 0 or 1.
-- Statements end with a semicolon at the end of a line.

CREATE SEQUENCE ${schema}${prefix}sequence START WITH 1 INCREMENT BY 1 CACHE 1000 ORDER;

-- What there is one of: the identity of the store.
CREATE TABLE ${schema}${prefix}meta (
    name VARCHAR2(64 CHAR) NOT NULL PRIMARY KEY,
    content VARCHAR2(255 CHAR) NOT NULL
);

-- What a message is: written once.
CREATE TABLE ${schema}${prefix}message (
    message_seq NUMBER(19) NOT NULL PRIMARY KEY,
    tenant VARCHAR2(64 CHAR) NOT NULL,
    id VARCHAR2(200 CHAR) NOT NULL,
    account VARCHAR2(64 CHAR) NOT NULL,
    pec NUMBER(5) NOT NULL,
    message_id CLOB NOT NULL,
    message_id_hash NUMBER(19) NOT NULL,
    envelope_from CLOB NOT NULL,
    subject CLOB NOT NULL,
    priority NUMBER(5) NOT NULL,
    batch_code VARCHAR2(100 CHAR),
    receipt_format VARCHAR2(16 CHAR),
    enqueued_at NUMBER(19) NOT NULL,
    content_size NUMBER(19) NOT NULL,
    content_sha256 VARCHAR2(64 CHAR) NOT NULL,
    fingerprint VARCHAR2(64 CHAR) NOT NULL
);
CREATE UNIQUE INDEX ${schema}${prefix}message_key ON ${schema}${prefix}message (tenant, id);
CREATE INDEX ${schema}${prefix}message_by_message_id ON ${schema}${prefix}message (message_id_hash);
CREATE INDEX ${schema}${prefix}message_by_tenant ON ${schema}${prefix}message (tenant, message_seq);
CREATE INDEX ${schema}${prefix}message_by_account ON ${schema}${prefix}message (tenant, account, message_seq);
CREATE INDEX ${schema}${prefix}message_by_batch ON ${schema}${prefix}message (batch_code, message_seq);

-- What became of it: changes with every version. purge_class is set when it is finished: 0 ordinary, 1 certified.
CREATE TABLE ${schema}${prefix}progress (
    message_seq NUMBER(19) NOT NULL PRIMARY KEY,
    version NUMBER(19) NOT NULL,
    state VARCHAR2(16 CHAR) NOT NULL,
    attempts NUMBER(10) NOT NULL,
    due_at NUMBER(19) NOT NULL,
    deadline NUMBER(19),
    sent_at NUMBER(19),
    doubt_since NUMBER(19),
    acceptance_overdue_at NUMBER(19),
    provider_message_id CLOB,
    provider_message_id_hash NUMBER(19),
    last_error CLOB,
    recipients CLOB NOT NULL,
    last_event_at NUMBER(19) NOT NULL,
    purge_class NUMBER(5)
);
CREATE INDEX ${schema}${prefix}progress_by_state ON ${schema}${prefix}progress (state, message_seq);
CREATE INDEX ${schema}${prefix}progress_by_deadline ON ${schema}${prefix}progress (deadline);
CREATE INDEX ${schema}${prefix}progress_by_provider_id ON ${schema}${prefix}progress (provider_message_id_hash);
CREATE INDEX ${schema}${prefix}progress_to_purge ON ${schema}${prefix}progress (purge_class, last_event_at);

-- Only what waits to be sent. status: 0 ready, sort_key is message_seq; 1 waits for its time, sort_key is due_at;
-- 2 held because its batch is suspended, sort_key is message_seq.
CREATE TABLE ${schema}${prefix}queue (
    message_seq NUMBER(19) NOT NULL PRIMARY KEY,
    tenant VARCHAR2(64 CHAR) NOT NULL,
    account VARCHAR2(64 CHAR) NOT NULL,
    batch_code VARCHAR2(100 CHAR),
    status NUMBER(5) NOT NULL,
    priority NUMBER(5) NOT NULL,
    sort_key NUMBER(19) NOT NULL,
    due_at NUMBER(19) NOT NULL
);
CREATE INDEX ${schema}${prefix}queue_order ON ${schema}${prefix}queue (tenant, account, status, priority, sort_key);
CREATE INDEX ${schema}${prefix}queue_by_batch ON ${schema}${prefix}queue (tenant, batch_code, status);
CREATE INDEX ${schema}${prefix}queue_by_due ON ${schema}${prefix}queue (due_at);

CREATE TABLE ${schema}${prefix}message_content (
    owner_seq NUMBER(19) NOT NULL,
    chunk NUMBER(10) NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (owner_seq, chunk)
);

CREATE TABLE ${schema}${prefix}event (
    event_seq NUMBER(19) NOT NULL PRIMARY KEY,
    message_seq NUMBER(19) NOT NULL,
    event_type VARCHAR2(32 CHAR) NOT NULL,
    event_time NUMBER(19) NOT NULL,
    recorded_at NUMBER(19) NOT NULL,
    details CLOB NOT NULL
);
CREATE INDEX ${schema}${prefix}event_by_message ON ${schema}${prefix}event (message_seq, event_seq);

CREATE TABLE ${schema}${prefix}sink (
    sink VARCHAR2(64 CHAR) NOT NULL PRIMARY KEY
);

-- One row for each event and sink until the sink has acknowledged it.
CREATE TABLE ${schema}${prefix}report (
    sink VARCHAR2(64 CHAR) NOT NULL,
    event_seq NUMBER(19) NOT NULL,
    message_seq NUMBER(19) NOT NULL,
    tenant VARCHAR2(64 CHAR) NOT NULL,
    due_at NUMBER(19) NOT NULL,
    attempts NUMBER(10) NOT NULL,
    PRIMARY KEY (sink, event_seq)
);
CREATE INDEX ${schema}${prefix}report_by_tenant ON ${schema}${prefix}report (sink, tenant, event_seq);
CREATE INDEX ${schema}${prefix}report_by_message ON ${schema}${prefix}report (message_seq, sink, event_seq);

CREATE TABLE ${schema}${prefix}receipt (
    receipt_seq NUMBER(19) NOT NULL PRIMARY KEY,
    tenant VARCHAR2(64 CHAR) NOT NULL,
    account VARCHAR2(64 CHAR) NOT NULL,
    folder CLOB NOT NULL,
    uid_validity NUMBER(19) NOT NULL,
    mail_uid NUMBER(19) NOT NULL,
    arrived_at NUMBER(19),
    read_at NUMBER(19) NOT NULL,
    fingerprint VARCHAR2(64 CHAR) NOT NULL,
    mail_size NUMBER(19) NOT NULL,
    receipt_message_id CLOB,
    kind CLOB NOT NULL,
    receipt_type CLOB,
    original_message_id CLOB,
    recipient CLOB,
    certified_at NUMBER(19),
    verdict VARCHAR2(16 CHAR) NOT NULL,
    problems CLOB NOT NULL,
    disposition VARCHAR2(16 CHAR) NOT NULL,
    reason CLOB NOT NULL,
    message_tenant VARCHAR2(64 CHAR),
    message_key VARCHAR2(200 CHAR),
    event_key CLOB,
    event_key_hash VARCHAR2(64 CHAR),
    content_size NUMBER(19),
    content_sha256 VARCHAR2(64 CHAR)
);
CREATE UNIQUE INDEX ${schema}${prefix}receipt_fingerprint ON ${schema}${prefix}receipt (tenant, account, fingerprint);
CREATE UNIQUE INDEX ${schema}${prefix}receipt_event_key ON ${schema}${prefix}receipt (
    -- Rows without a key must not meet: an index leaves out those whose every column is null.
    CASE WHEN event_key_hash IS NOT NULL THEN tenant END,
    CASE WHEN event_key_hash IS NOT NULL THEN account END,
    event_key_hash);
CREATE INDEX ${schema}${prefix}receipt_by_account ON ${schema}${prefix}receipt (tenant, account, receipt_seq);
CREATE INDEX ${schema}${prefix}receipt_by_message ON ${schema}${prefix}receipt (message_tenant, message_key, receipt_seq);
CREATE INDEX ${schema}${prefix}receipt_by_disposition ON ${schema}${prefix}receipt (disposition, receipt_seq);

CREATE TABLE ${schema}${prefix}receipt_content (
    owner_seq NUMBER(19) NOT NULL,
    chunk NUMBER(10) NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (owner_seq, chunk)
);

CREATE TABLE ${schema}${prefix}mailbox (
    tenant VARCHAR2(64 CHAR) NOT NULL,
    account VARCHAR2(64 CHAR) NOT NULL,
    folder VARCHAR2(255 CHAR) NOT NULL,
    uid_validity NUMBER(19) NOT NULL,
    last_uid NUMBER(19) NOT NULL,
    read_up_to NUMBER(19) NOT NULL,
    PRIMARY KEY (tenant, account, folder)
);

-- A right that was given back keeps its row without a holder, so that its token goes on growing.
CREATE TABLE ${schema}${prefix}exclusive_lease (
    resource_name VARCHAR2(200 CHAR) NOT NULL PRIMARY KEY,
    holder CLOB,
    token NUMBER(19) NOT NULL,
    held_until NUMBER(19) NOT NULL
);

-- released is 1 while the held messages of an activated batch are being let go.
CREATE TABLE ${schema}${prefix}suspension (
    scope VARCHAR2(8 CHAR) NOT NULL,
    tenant VARCHAR2(64 CHAR) NOT NULL,
    name VARCHAR2(100 CHAR) NOT NULL,
    reason CLOB NOT NULL,
    suspended_at NUMBER(19) NOT NULL,
    released NUMBER(5) NOT NULL,
    PRIMARY KEY (tenant, scope, name)
);

CREATE TABLE ${schema}${prefix}rate (
    tenant VARCHAR2(64 CHAR) NOT NULL,
    account VARCHAR2(64 CHAR) NOT NULL,
    window_length NUMBER(19) NOT NULL,
    window_start NUMBER(19) NOT NULL,
    used NUMBER(19) NOT NULL,
    PRIMARY KEY (tenant, account, window_length, window_start)
);

CREATE TABLE ${schema}${prefix}account (
    tenant VARCHAR2(64 CHAR) NOT NULL,
    id VARCHAR2(64 CHAR) NOT NULL,
    settings CLOB NOT NULL,
    changed_at NUMBER(19) NOT NULL,
    PRIMARY KEY (tenant, id)
);
