package io.github.pecmailproxy.evidence;

/** Headings of sections. */
enum TextHeading {
    MESSAGE,
    EVENTS,
    RECIPIENTS,
    SIGNATURES,
    NOT_PROOF,
    ORIGINAL,
    HOW_TO_CHECK
}
