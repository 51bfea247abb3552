package io.github.pecmailproxy.store;

/**
 * A new judgement of a mail that is recorded already. Immutable.
 *
 * @param expected the disposition it must still have for the judgement to apply
 * @param record the record with the new judgement
 * @since 0.1.0
 */
public record ReceiptJudgement(Disposition expected, ReceiptRecord record) {}
