package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;

/**
 * The words of {@code verification.txt} in one language. They belong to the {@linkplain IndexWriter#FORMAT format}: a bundle of today must
 * be verifiable in ten years, so whoever changes a word keeps the old ones and gives the new ones a format of their own.
 */
interface Words {
    /** The language's words for the introduction: what this document is. */
    String introduction();

    /** The label of a field, such as the sender's. */
    String label(TextLabel label);

    /** The heading of a section. */
    String heading(TextHeading heading);

    /** Introduces the time that follows: Italian legal time, and universal time in brackets. */
    String time(String date, String clock, String offset, String universal);

    /** What a receipt that proves it certifies, in one sentence without the time. */
    String certifies(String receiptType, String recipient, boolean finalNotice);

    /** What became of a recipient. */
    String state(RecipientState state);

    /** Says that a failure is what the sender's own system noted, and that no provider certifies it. */
    String uncertified();

    /** Why a receipt proves nothing. */
    String noProof(Verdict verdict);

    /** What was made of a receipt that did not count. */
    String disposition(Disposition disposition);

    /** Says that something is not there. */
    String none(MissingProof missing);

    /** Explains how the text of the message is proven. */
    String originalProof(boolean complete, boolean brief);

    /** Explains how to check the bundle without this program; %s stand for what the caller knows. */
    String byOneself();

    /** Names the command that checks the bundle. */
    String byCommand();

    /** Introduces the command for one receipt. */
    String receiptCommand();

    /** Warns of SHA-1. */
    String weakDigest();

    /** Explains what no check can show. */
    String limits();
}
