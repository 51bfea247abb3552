package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a classification allocates, counted by the Java machine: no matter of time or of other tests. */
class ParserMemoryTest {
    private static final int REPETITIONS = 100;

    private final PecReceiptParser parser = PecReceiptParser.create();

    private static long allocated() {
        boolean counted = ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean bean
                && bean.isThreadAllocatedMemorySupported()
                && bean.isThreadAllocatedMemoryEnabled();
        assumeTrue(counted, "this Java machine does not count allocations");
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private long allocatedBy(byte[] mail) {
        for (int i = 0; i < REPETITIONS; i++) {
            parser.parse(mail);
        }
        long before = allocated();
        for (int i = 0; i < REPETITIONS; i++) {
            assertThat(parser.parse(mail) instanceof PecReceipt receipt && receipt.isCertified())
                    .isTrue();
        }
        return (allocated() - before) / REPETITIONS;
    }

    @Test
    void aClassificationAllocatesAtMostSixtyFourKilobytesWhateverTheAttachment() {
        byte[] small = ReceiptMail.receipt("accettazione")
                .daticert(Daticert.of("accettazione"))
                .bytes();
        byte[] large = ReceiptMail.receipt("avvenuta-consegna")
                .daticert(Daticert.delivery())
                .postacert("Message-ID: <m@x>\n\n" + "QUJD\n".repeat(50_000))
                .bytes();

        assertThat(allocatedBy(small)).isLessThan(64_000);
        assertThat(allocatedBy(large)).isLessThan(64_000);
    }

    @Test
    void aHundredMegabytesFromAStreamNeedAFixedAmountOfMemory() throws IOException {
        byte[] start = "X-Ricevuta: accettazione\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\n"
                .getBytes(StandardCharsets.US_ASCII);
        byte[] end = ("\n--b\nContent-Type: application/xml; name=daticert.xml\n\n" + Daticert.of("accettazione")
                        + "\n--b--\n")
                .getBytes(StandardCharsets.US_ASCII);
        InputStream mail = new SequenceInputStream(
                new SequenceInputStream(new ByteArrayInputStream(start), new FillerStream(100_000_000)),
                new ByteArrayInputStream(end));

        long before = allocated();
        PecReceipt receipt = (PecReceipt) parser.parse(mail);

        assertThat(receipt.isCertified()).isTrue();
        assertThat(allocated() - before).isLessThan(8_000_000);
    }
}
