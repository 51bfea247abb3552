-- PEC Mail Proxy, schema version 1, MySQL 8.0.19 or later. Prepared, not tested.
-- Texts compare exactly, character by character and with their trailing spaces.
-- Times are milliseconds since 1970-01-01T00:00:00Z; flags are 0 or 1.
-- Statements end with a semicolon at the end of a line.

-- There are no sequences: rows that are deleted at once leave their numbers.
CREATE TABLE IF NOT EXISTS ${schema}${prefix}sequence (
    n BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY
) ENGINE = InnoDB;

-- What there is one of: the identity of the store.
CREATE TABLE IF NOT EXISTS ${schema}${prefix}meta (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    content VARCHAR(255) NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- What a message is: written once.
CREATE TABLE IF NOT EXISTS ${schema}${prefix}message (
    message_seq BIGINT NOT NULL PRIMARY KEY,
    tenant VARCHAR(64) NOT NULL,
    id VARCHAR(200) NOT NULL,
    account VARCHAR(64) NOT NULL,
    pec SMALLINT NOT NULL,
    message_id MEDIUMTEXT NOT NULL,
    message_id_hash BIGINT NOT NULL,
    envelope_from MEDIUMTEXT NOT NULL,
    subject MEDIUMTEXT NOT NULL,
    priority SMALLINT NOT NULL,
    batch_code VARCHAR(100),
    receipt_format VARCHAR(16),
    enqueued_at BIGINT NOT NULL,
    content_size BIGINT NOT NULL,
    content_sha256 VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    fingerprint VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
CREATE UNIQUE INDEX ${prefix}message_key ON ${schema}${prefix}message (tenant, id);
CREATE INDEX ${prefix}message_by_message_id ON ${schema}${prefix}message (message_id_hash);
CREATE INDEX ${prefix}message_by_tenant ON ${schema}${prefix}message (tenant, message_seq);
CREATE INDEX ${prefix}message_by_account ON ${schema}${prefix}message (tenant, account, message_seq);
CREATE INDEX ${prefix}message_by_batch ON ${schema}${prefix}message (batch_code, message_seq);

-- What became of it: changes with every version. purge_class is set when it is finished: 0 ordinary, 1 certified.
CREATE TABLE IF NOT EXISTS ${schema}${prefix}progress (
    message_seq BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    state VARCHAR(16) NOT NULL,
    attempts INTEGER NOT NULL,
    due_at BIGINT NOT NULL,
    deadline BIGINT,
    sent_at BIGINT,
    doubt_since BIGINT,
    acceptance_overdue_at BIGINT,
    provider_message_id MEDIUMTEXT,
    provider_message_id_hash BIGINT,
    last_error MEDIUMTEXT,
    recipients MEDIUMTEXT NOT NULL,
    last_event_at BIGINT NOT NULL,
    purge_class SMALLINT
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
CREATE INDEX ${prefix}progress_by_state ON ${schema}${prefix}progress (state, message_seq);
CREATE INDEX ${prefix}progress_by_deadline ON ${schema}${prefix}progress (deadline);
CREATE INDEX ${prefix}progress_by_provider_id ON ${schema}${prefix}progress (provider_message_id_hash);
CREATE INDEX ${prefix}progress_to_purge ON ${schema}${prefix}progress (purge_class, last_event_at);

-- Only what waits to be sent. status: 0 ready, sort_key is message_seq; 1 waits for its time, sort_key is due_at;
-- 2 held because its batch is suspended, sort_key is message_seq.
CREATE TABLE IF NOT EXISTS ${schema}${prefix}queue (
    message_seq BIGINT NOT NULL PRIMARY KEY,
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(64) NOT NULL,
    batch_code VARCHAR(100),
    status SMALLINT NOT NULL,
    priority SMALLINT NOT NULL,
    sort_key BIGINT NOT NULL,
    due_at BIGINT NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
CREATE INDEX ${prefix}queue_order ON ${schema}${prefix}queue (tenant, account, status, priority, sort_key);
CREATE INDEX ${prefix}queue_by_batch ON ${schema}${prefix}queue (tenant, batch_code, status);
CREATE INDEX ${prefix}queue_by_due ON ${schema}${prefix}queue (due_at);

CREATE TABLE IF NOT EXISTS ${schema}${prefix}message_content (
    owner_seq BIGINT NOT NULL,
    chunk INTEGER NOT NULL,
    bytes MEDIUMBLOB NOT NULL,
    PRIMARY KEY (owner_seq, chunk)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

CREATE TABLE IF NOT EXISTS ${schema}${prefix}event (
    event_seq BIGINT NOT NULL PRIMARY KEY,
    message_seq BIGINT NOT NULL,
    event_type VARCHAR(32) NOT NULL,
    event_time BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    details MEDIUMTEXT NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
CREATE INDEX ${prefix}event_by_message ON ${schema}${prefix}event (message_seq, event_seq);

CREATE TABLE IF NOT EXISTS ${schema}${prefix}sink (
    sink VARCHAR(64) NOT NULL PRIMARY KEY
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- One row for each event and sink until the sink has acknowledged it.
CREATE TABLE IF NOT EXISTS ${schema}${prefix}report (
    sink VARCHAR(64) NOT NULL,
    event_seq BIGINT NOT NULL,
    message_seq BIGINT NOT NULL,
    tenant VARCHAR(64) NOT NULL,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (sink, event_seq)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
CREATE INDEX ${prefix}report_by_tenant ON ${schema}${prefix}report (sink, tenant, event_seq);
CREATE INDEX ${prefix}report_by_message ON ${schema}${prefix}report (message_seq, sink, event_seq);

CREATE TABLE IF NOT EXISTS ${schema}${prefix}receipt (
    receipt_seq BIGINT NOT NULL PRIMARY KEY,
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(64) NOT NULL,
    folder MEDIUMTEXT NOT NULL,
    uid_validity BIGINT NOT NULL,
    mail_uid BIGINT NOT NULL,
    arrived_at BIGINT,
    read_at BIGINT NOT NULL,
    fingerprint VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    mail_size BIGINT NOT NULL,
    receipt_message_id MEDIUMTEXT,
    kind MEDIUMTEXT NOT NULL,
    receipt_type MEDIUMTEXT,
    original_message_id MEDIUMTEXT,
    recipient MEDIUMTEXT,
    certified_at BIGINT,
    verdict VARCHAR(16) NOT NULL,
    problems MEDIUMTEXT NOT NULL,
    disposition VARCHAR(16) NOT NULL,
    reason MEDIUMTEXT NOT NULL,
    message_tenant VARCHAR(64),
    message_key VARCHAR(200),
    event_key MEDIUMTEXT,
    event_key_hash VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
    content_size BIGINT,
    content_sha256 VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
CREATE UNIQUE INDEX ${prefix}receipt_fingerprint ON ${schema}${prefix}receipt (tenant, account, fingerprint);
CREATE UNIQUE INDEX ${prefix}receipt_event_key ON ${schema}${prefix}receipt (tenant, account, event_key_hash);
CREATE INDEX ${prefix}receipt_by_account ON ${schema}${prefix}receipt (tenant, account, receipt_seq);
CREATE INDEX ${prefix}receipt_by_message ON ${schema}${prefix}receipt (message_tenant, message_key, receipt_seq);
CREATE INDEX ${prefix}receipt_by_disposition ON ${schema}${prefix}receipt (disposition, receipt_seq);

CREATE TABLE IF NOT EXISTS ${schema}${prefix}receipt_content (
    owner_seq BIGINT NOT NULL,
    chunk INTEGER NOT NULL,
    bytes MEDIUMBLOB NOT NULL,
    PRIMARY KEY (owner_seq, chunk)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

CREATE TABLE IF NOT EXISTS ${schema}${prefix}mailbox (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(64) NOT NULL,
    folder VARCHAR(255) NOT NULL,
    uid_validity BIGINT NOT NULL,
    last_uid BIGINT NOT NULL,
    read_up_to BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, folder)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- A right that was given back keeps its row without a holder, so that its token goes on growing.
CREATE TABLE IF NOT EXISTS ${schema}${prefix}exclusive_lease (
    resource_name VARCHAR(200) NOT NULL PRIMARY KEY,
    holder MEDIUMTEXT,
    token BIGINT NOT NULL,
    held_until BIGINT NOT NULL
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

-- released is 1 while the held messages of an activated batch are being let go.
CREATE TABLE IF NOT EXISTS ${schema}${prefix}suspension (
    scope VARCHAR(8) NOT NULL,
    tenant VARCHAR(64) NOT NULL,
    name VARCHAR(100) NOT NULL,
    reason MEDIUMTEXT NOT NULL,
    suspended_at BIGINT NOT NULL,
    released SMALLINT NOT NULL,
    PRIMARY KEY (tenant, scope, name)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

CREATE TABLE IF NOT EXISTS ${schema}${prefix}rate (
    tenant VARCHAR(64) NOT NULL,
    account VARCHAR(64) NOT NULL,
    window_length BIGINT NOT NULL,
    window_start BIGINT NOT NULL,
    used BIGINT NOT NULL,
    PRIMARY KEY (tenant, account, window_length, window_start)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

CREATE TABLE IF NOT EXISTS ${schema}${prefix}account (
    tenant VARCHAR(64) NOT NULL,
    id VARCHAR(64) NOT NULL,
    settings MEDIUMTEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
) ENGINE = InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
