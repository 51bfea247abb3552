package io.github.pecmailproxy.evidence;

/** Labels of fields. */
enum TextLabel {
    SENDER,
    RECIPIENTS,
    SUBJECT,
    MESSAGE_ID,
    PROVIDER_MESSAGE_ID,
    SENT,
    ORIGINAL,
    SHA256,
    RECEIPT,
    PROVIDER,
    SIGNER,
    ISSUER,
    SERIAL,
    SIGNED_AT,
    ANCHOR,
    KEY,
    MAILBOX,
    ARRIVED,
    REASON,
    ERROR
}
