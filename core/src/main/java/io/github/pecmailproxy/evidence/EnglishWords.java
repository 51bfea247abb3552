package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;

/** The English words. */
final class EnglishWords implements Words {
    @Override
    public String introduction() {
        return """
                EVIDENCE OF A MESSAGE OF ITALIAN CERTIFIED MAIL (PEC)

                This bundle holds the message exactly as it was sent (original.eml) and every receipt that
                came, byte for byte (folder receipts). The receipts carry the digital signatures of the PEC
                providers: those signatures are the proof, not this document (RFC 6109).
                """;
    }

    @Override
    public String label(TextLabel label) {
        return switch (label) {
            case SENDER -> "Sender";
            case RECIPIENTS -> "Recipients";
            case SUBJECT -> "Subject";
            case MESSAGE_ID -> "Message-ID";
            case PROVIDER_MESSAGE_ID -> "Provider's identifier";
            case SENT -> "Handed to the sender's server";
            case ORIGINAL -> "Message";
            case SHA256 -> "SHA-256";
            case RECEIPT -> "Receipt";
            case PROVIDER -> "Provider";
            case SIGNER -> "Signer";
            case ISSUER -> "Certificate issued by";
            case SERIAL -> "Serial number";
            case SIGNED_AT -> "Signed";
            case ANCHOR -> "Recognised authority";
            case KEY -> "SHA-256 of its public key";
            case MAILBOX -> "Mailbox, folder, UID";
            case ARRIVED -> "Arrived in the mailbox";
            case REASON -> "Reason";
            case ERROR -> "Error as the provider states it";
        };
    }

    @Override
    public String heading(TextHeading heading) {
        return switch (heading) {
            case MESSAGE -> "1. The message";
            case EVENTS -> "2. What the providers certify";
            case RECIPIENTS -> "3. The outcome for each recipient";
            case SIGNATURES -> "4. The signatures";
            case NOT_PROOF -> "5. What is no proof";
            case ORIGINAL -> "6. The content of the message";
            case HOW_TO_CHECK -> "7. How to check by oneself";
        };
    }

    @Override
    public String time(String date, String clock, String offset, String universal) {
        return "on " + date + " at " + clock + " (Italian legal time, UTC" + offset + "; UTC " + universal + ")";
    }

    @Override
    public String certifies(String receiptType, String recipient, boolean finalNotice) {
        return switch (receiptType) {
            case "accettazione" -> "The sender's provider accepted the message";
            case "non-accettazione" -> "The sender's provider did NOT accept the message";
            case "avvenuta-consegna" -> "The message was delivered to the mailbox of " + recipient;
            case "errore-consegna" -> "The message was NOT delivered to " + recipient;
            case "preavviso-errore-consegna" ->
                finalNotice
                        ? "The message was NOT delivered to " + recipient + " within 24 hours"
                        : "The message was not yet delivered to " + recipient + " after 12 hours (early notice)";
            case "presa-in-carico" -> "The recipient's provider took the message over";
            default -> "A notice of type " + receiptType;
        };
    }

    @Override
    public String state(RecipientState state) {
        return switch (state) {
            case PENDING -> "waiting";
            case SENT -> "sent";
            case ACCEPTED -> "accepted by the sender's provider, delivery not certified";
            case DELAYED -> "delayed, delivery not certified";
            case DELIVERED -> "delivered";
            case FAILED -> "not delivered";
            case EXTERNAL -> "not a PEC address: no delivery receipt is to be expected";
            case CONFLICT -> "the receipts contradict each other";
        };
    }

    @Override
    public String uncertified() {
        return "as the sender's own system noted: no receipt certifies it";
    }

    @Override
    public String noProof(Verdict verdict) {
        return switch (verdict) {
            case TRUSTED -> "the signature is valid, but something is wrong with the content";
            case UNTRUSTED -> "the signature is valid, but not by a recognised provider";
            case INVALID -> "the signature is not valid: the mail was changed or is not genuine";
            case UNSIGNED -> "without signature";
            case NOT_CHECKED -> "the signature was not verified";
        };
    }

    @Override
    public String disposition(Disposition disposition) {
        return switch (disposition) {
            case RECORDED -> "recorded";
            case WAITING -> "waiting for the outcome of the transmission";
            case REFUSED -> "not accepted as proof";
            case REPEATED -> "a copy of a receipt recorded before";
            case ORPHANED -> "about a message that is not stored any more";
            case FOREIGN -> "about somebody else's message";
            case IGNORED -> "not used";
            case UNREADABLE -> "not readable";
        };
    }

    @Override
    public String none(MissingProof missing) {
        return switch (missing) {
            case ACCEPTANCE -> "No receipt in this bundle is proof.";
            case PROOF -> "Every receipt in this bundle is proof.";
        };
    }

    @Override
    public String originalProof(boolean complete, boolean brief) {
        if (complete) {
            return """
                    At least one delivery receipt is complete: it holds, under the provider's signature, a whole copy
                    of the message (the attachment postacert.eml). The provider replaces the Message-ID and adds some
                    header fields; the body is identical to that of original.eml.
                    """;
        }
        if (brief) {
            return """
                    At least one delivery receipt is brief: it holds, under the provider's signature, the text of the
                    message and, in the place of each attachment, its SHA-1 (a file .hash), which must equal that of
                    the attachment in original.eml.
                    """;
        }
        return """
                No receipt holds a copy of the message or the hashes of its attachments. The receipts certify
                sender, recipients, subject and Message-ID; that the body is that of original.eml follows only from
                the SHA-256 that whoever exported this bundle recorded before sending.
                """;
    }

    @Override
    public String byOneself() {
        return """
                The hashes of all files, with any tool that computes SHA-256, for example:

                    sha256sum -c SHA256SUMS

                The signature of each receipt, with OpenSSL, at the time of signing; the certificate named must be
                that of the recognised authority: compare it with the one that AgID publishes:
                """;
    }

    @Override
    public String byCommand() {
        return """
                All of it together, without any network, with the verifier of PEC Mail Proxy:

                    java -jar receipt-classifier.jar --verify-bundle FILE.zip
                """;
    }

    @Override
    public String receiptCommand() {
        return "In the file that results, the attachment daticert.xml states the certified facts.";
    }

    @Override
    public String weakDigest() {
        return "the signature uses SHA-1, as those of some providers do to this day";
    }

    @Override
    public String limits() {
        return """
                No signature covers the outer header fields of the receipts, the mailbox, the UID and the times of
                arrival, and the events that do not come from a receipt. They are what whoever exported this bundle noted.
                """;
    }
}
