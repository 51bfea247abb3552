package io.github.pecmailproxy.internal.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.Problem;
import io.github.pecmailproxy.pec.ProblemCode;
import io.github.pecmailproxy.testing.SampleContent;
import io.github.pecmailproxy.testing.Samples;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the hashes in a brief delivery receipt are held against. */
class SentAttachmentsTest {
    /** The SHA-1 of "abc" (FIPS 180-2, appendix A.1). */
    private static final String ABC = "a9993e364706816aba3e25717850c26c9cd0d89d";

    private static final String OTHER = "0000000000000000000000000000000000000000";

    private final AtomicInteger reads = new AtomicInteger();
    private final TrackedMessage message = Samples.pecMessage("m1", "mario@pec.example")
            .next()
            .state(MessageState.SENT)
            .build();

    private SentAttachments attachments(String original) {
        return new SentAttachments(key -> {
            reads.incrementAndGet();
            return Optional.of(SampleContent.of(original));
        });
    }

    private static String mail(String name, String content) {
        return "From: a@pec.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                + "--b\r\nContent-Type: text/plain\r\n\r\nTesto\r\n"
                + "--b\r\nContent-Type: application/octet-stream\r\n"
                + "Content-Disposition: attachment; filename=\"" + name + "\"\r\n\r\n" + content + "\r\n--b--\r\n";
    }

    private static CertifiedReceipt receipt(String original) {
        String mail = "X-Ricevuta: avvenuta-consegna\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\nContent-Type: text/plain\r\n\r\nTesto\r\n"
                + "--o\r\nContent-Type: message/rfc822; name=\"postacert.eml\"\r\n\r\n" + original + "\r\n--o--\r\n";
        return (CertifiedReceipt)
                PecReceiptParser.create().parse(mail.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "a.txt,      abc,        a.txt.hash, " + ABC + ", true",
        "a.txt,      abc,        b.txt.hash, " + ABC + ", true",
        "a.txt,      abc,        a.txt.hash, " + OTHER + ", false",
        "a.txt,      abc,        a.txt.hash, no hash, true",
        "a.txt.hash, " + OTHER + ", a.txt.hash, " + OTHER + ", true"
    })
    void everyHashMustBeThatOfSomethingThatWasSent(
            String name, String content, String copiedName, String copy, boolean agrees) {
        Optional<Problem> problem =
                attachments(mail(name, content)).contradiction(receipt(mail(copiedName, copy)), message);

        assertThat(problem.isEmpty()).isEqualTo(agrees);
        problem.ifPresent(found -> {
            assertThat(found.code()).isEqualTo(ProblemCode.ATTACHMENT_HASH_MISMATCH);
            assertThat(found.detail()).contains("a.txt", OTHER);
        });
    }

    @Test
    void theOriginalIsReadOnceForAllItsReceipts() {
        SentAttachments attachments = attachments(mail("a.txt", "abc"));
        for (int i = 0; i < 100; i++) {
            attachments.contradiction(receipt(mail("a.txt.hash", ABC)), message);
        }

        assertThat(reads).hasValue(1);
    }

    @Test
    void theOriginalIsNotReadForAReceiptWithoutHashes() {
        SentAttachments attachments = attachments(mail("a.txt", "abc"));

        assertThat(attachments.contradiction(receipt(mail("a.txt", "abd")), message))
                .isEmpty();
        assertThat(reads).hasValue(0);
    }

    @Test
    void thereIsNothingToCompareWithAMessageThatIsGone() {
        SentAttachments attachments = new SentAttachments(key -> Optional.empty());

        assertThat(attachments.contradiction(receipt(mail("a.txt.hash", OTHER)), message))
                .isEmpty();
    }
}
