package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.pec.AttachedMail;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.CertifiedRecipient;
import io.github.pecmailproxy.pec.MailContent;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.PecReceiptParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The message that was sent, to compare receipts with. Holds it in memory. Immutable. */
final class OriginalMail {
    /** Fields that a provider keeps and that say what the message is. */
    private static final List<String> MEANING = List.of("Subject", "Date");

    /** Fields that say how the body is to be read; in a brief copy they may be those of a hash. */
    private static final List<String> STRUCTURE = List.of("MIME-Version", "Content-Type", "Content-Transfer-Encoding");

    private static final List<String> ADDRESSES = List.of("From", "To", "Cc");
    private static final Pattern NOT_COMPARED = Pattern.compile("[\\s\"]+");
    private static final Pattern NOT_LETTERS = Pattern.compile("[^\\p{L}\\p{N}]+");

    private final PecMail mail;
    private final MailContent content;

    private OriginalMail(PecMail mail, MailContent content) {
        this.mail = mail;
        this.content = content;
    }

    static OriginalMail of(byte[] bytes, PecReceiptParser parser) {
        return new OriginalMail(parser.parse(bytes), MailContent.of(bytes));
    }

    Optional<String> messageId() {
        return mail.messageId();
    }

    Optional<String> from() {
        return mail.from();
    }

    Optional<String> subject() {
        return mail.head().subject();
    }

    /** Tells whether an address is among those in {@code To} and {@code Cc}. */
    boolean isTo(String address) {
        return isAmong(content.addresses("To"), address) || isAmong(content.addresses("Cc"), address);
    }

    private static boolean isAmong(List<String> addresses, String wanted) {
        return addresses.stream().anyMatch(address -> isSameAddress(address, wanted));
    }

    static boolean isSameAddress(String one, String other) {
        return one.strip().equalsIgnoreCase(other.strip());
    }

    /** Tells whether two subjects have the same letters and digits: blanks, quotes and accents do not survive every provider. */
    static boolean isSameSubject(String one, String other) {
        // Where a character was lost there is nothing to compare.
        boolean lossy = one.indexOf('\ufffd') >= 0 || other.indexOf('\ufffd') >= 0;
        return lossy || letters(one).equals(letters(other));
    }

    private static String letters(String text) {
        return NOT_LETTERS
                .matcher(Normalizer.normalize(text, Normalizer.Form.NFKD))
                .replaceAll("")
                .toLowerCase(Locale.ROOT);
    }

    /** Returns what in a receipt does not speak of this message, one sentence each. */
    List<String> objectionsTo(CertifiedReceipt receipt) {
        List<String> objections = new ArrayList<>();
        Optional<String> reference = receipt.originalMessageId();
        if (reference.isEmpty() || !reference.equals(messageId())) {
            objections.add("it speaks of the message " + reference.orElse("without Message-ID")
                    + ", and the original is " + messageId().orElse("without Message-ID"));
        }
        if (receipt.sender().filter(sender -> !sender.isBlank()).isEmpty()) {
            objections.add("it does not certify whose message it speaks of");
        }
        receipt.sender()
                .filter(sender ->
                        from().filter(from -> isSameAddress(from, sender)).isEmpty())
                .ifPresent(sender -> objections.add(
                        "it certifies the sender " + sender + ", and the original is from " + from().orElse("nobody")));
        for (CertifiedRecipient recipient : receipt.recipients()) {
            if (!isTo(recipient.address())) {
                objections.add("it certifies the recipient " + recipient.address()
                        + ", to whom the original is not addressed");
            }
        }
        receipt.recipient()
                .filter(recipient -> !isTo(recipient))
                .ifPresent(recipient -> objections.add(
                        "it is about the recipient " + recipient + ", to whom the original is not addressed"));
        receipt.subject()
                .filter(subject ->
                        subject().filter(own -> isSameSubject(own, subject)).isEmpty())
                .ifPresent(subject -> objections.add("it certifies the subject \"" + subject
                        + "\", and the original has \"" + subject().orElse("") + "\""));
        return objections;
    }

    /** What came of comparing the original with what a receipt holds of it. */
    sealed interface Comparison {
        /** They agree. */
        record Same(OriginalProof proof) implements Comparison {}

        /** They do not, or cannot be compared. */
        record Different(String reason) implements Comparison {}
    }

    /** Compares with the copy in a receipt: whole, or with hashes for attachments. */
    Comparison compare(AttachedMail attached) {
        Optional<InputStream> stream = attached.open();
        if (stream.isEmpty()) {
            return new Comparison.Different(
                    "the copy of the original in it, of " + attached.size() + " bytes, is too long to be compared");
        }
        byte[] bytes;
        try (InputStream in = stream.get()) {
            bytes = in.readAllBytes();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        MailContent copy = MailContent.of(bytes);
        Optional<String> field = differentField(copy);
        if (field.isPresent()) {
            return new Comparison.Different("the copy of the original in it has another " + field.get());
        }
        boolean sameStructure = STRUCTURE.stream().allMatch(name -> isSameField(copy, name));
        if (sameStructure && copy.bodySha256().equals(content.bodySha256())) {
            return new Comparison.Same(OriginalProof.SIGNED_COPY);
        }
        return compareParts(copy);
    }

    private Optional<String> differentField(MailContent copy) {
        Optional<String> address = ADDRESSES.stream()
                .filter(name -> !addresses(content, name).equals(addresses(copy, name)))
                .findFirst();
        return address.or(
                () -> MEANING.stream().filter(name -> !isSameField(copy, name)).findFirst());
    }

    private static List<String> addresses(MailContent mail, String name) {
        return mail.addresses(name).stream()
                .map(address -> address.toLowerCase(Locale.ROOT))
                .toList();
    }

    private boolean isSameField(MailContent copy, String name) {
        return compared(content, name).equals(compared(copy, name));
    }

    private static List<String> compared(MailContent mail, String name) {
        return mail.header(name).stream()
                .map(value -> NOT_COMPARED.matcher(value).replaceAll(""))
                .toList();
    }

    private Comparison compareParts(MailContent copy) {
        Optional<List<MailContent.Part>> ownParts = content.parts();
        Optional<List<MailContent.Part>> copiedParts = copy.parts();
        if (ownParts.isEmpty() || copiedParts.isEmpty()) {
            return new Comparison.Different("the copy of the original in it has too many parts to be compared");
        }
        List<MailContent.Part> own = ownParts.get();
        List<MailContent.Part> copied = copiedParts.get();
        if (own.size() != copied.size()) {
            return new Comparison.Different("the copy of the original in it has " + copied.size()
                    + " parts, and the original has " + own.size());
        }
        boolean hashed = false;
        for (int i = 0; i < own.size(); i++) {
            boolean isHash = own.get(i).isHashedAs(copied.get(i));
            if (!isHash && !own.get(i).isSame(copied.get(i))) {
                String name =
                        own.get(i).name().map(given -> ", \"" + given + "\",").orElse("");
                return new Comparison.Different(
                        copied.get(i).isHash()
                                ? "the hash of part " + (i + 1) + name + " in it is not that of the original's"
                                : "part " + (i + 1) + name
                                        + " of the copy of the original in it is another than the original's");
            }
            hashed |= isHash;
        }
        return new Comparison.Same(hashed ? OriginalProof.ATTACHMENT_HASHES : OriginalProof.SIGNED_COPY);
    }
}
