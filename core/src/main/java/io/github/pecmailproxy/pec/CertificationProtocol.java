package io.github.pecmailproxy.pec;

/**
 * The system that certified a mail. Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public enum CertificationProtocol {
    /** Posta elettronica certificata: a {@code daticert.xml} (RFC 6109). */
    PEC,
    /** Registered electronic mail, its European successor: an ERDS evidence (ETSI EN 319 522 and 319 532). */
    REM
}
