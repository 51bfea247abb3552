package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.sandbox.AcceptedMessage;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.ReceiptType;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.testing.DovecotServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Receipts that hold the whole message do not lie in memory: a process of its own, with a small heap, reads and records them. */
@Tag("real-servers")
class LargeReceiptsRealServerTest {
    private static final String MAILBOX = "acme@pec.example";
    private static final int LARGE = 10;
    private static final int SMALL = 50;
    private static final int LARGE_ATTACHMENT = 23_000_000;
    private static final long LARGE_RECEIPT = 30_000_000;
    private static final long LIMIT = 1_000_000_000;

    @TempDir
    private Path directory;

    @Test
    void recordsTenReceiptsOfThirtyMegabytesInAHeapOfOneHundredAndTwentyEight() throws Exception {
        String store = "jdbc:h2:file:" + directory.resolve("store");
        try (DovecotServer dovecot = DovecotServer.start()) {
            String receiptCa;
            try (PecSandbox sandbox = PecSandbox.builder()
                    .account(MAILBOX, "smtp-password")
                    .sizeLimit(LIMIT)
                    .manual()
                    .start()) {
                receiptCa = sandbox.receiptCaPem();
                send(store, sandbox);
                deliverReceipts(sandbox.accepted(), sandbox, dovecot);
            }
            read(store, dovecot, receiptCa);
        }
        checkRecorded(store);
    }

    private static void send(String store, PecSandbox sandbox) {
        try (MailProxy proxy = MailProxy.builder()
                .store(JdbcEventStore.open(store))
                .leaseAhead(SMALL + 1)
                .account(account(sandbox.smtpsPort(), 993, TlsTrust.of(sandbox.tlsCa())))
                .build()) {
            byte[] noise = new byte[LARGE_ATTACHMENT];
            new SplittableRandom(1).nextBytes(noise);
            proxy.queue()
                    .enqueue(message("large")
                            .to(IntStream.range(0, LARGE)
                                    .mapToObj(LargeReceiptsRealServerTest::recipient)
                                    .toArray(String[]::new))
                            .attach(Attachment.of("noise.bin", "application/octet-stream", noise))
                            .build());
            for (int number = 0; number < SMALL; number++) {
                proxy.queue()
                        .enqueue(message("small-" + number).to(recipient(0)).build());
            }
            assertThat(proxy.steps().dispatchOnce()).isEqualTo(SMALL + 1);
        }
    }

    private static OutgoingMessage.Builder message(String id) {
        return OutgoingMessage.builder()
                .id(id)
                .account("pec-acme")
                .from(MAILBOX)
                .subject("Comunicazione " + id)
                .text("Gentile destinatario, ecco la comunicazione.");
    }

    private static String recipient(int number) {
        return "mario" + number + "@pec.example";
    }

    /** Delivers the acceptance of each message, and then the large receipts among the small ones. */
    private static void deliverReceipts(List<AcceptedMessage> accepted, PecSandbox sandbox, DovecotServer dovecot) {
        AcceptedMessage large = accepted.stream()
                .filter(message -> message.recipients().size() == LARGE)
                .findFirst()
                .orElseThrow();
        List<AcceptedMessage> small =
                accepted.stream().filter(message -> message != large).toList();
        for (AcceptedMessage message : accepted) {
            dovecot.deliver(
                    "alice",
                    "INBOX",
                    sandbox.draft(ReceiptType.ACCETTAZIONE).about(message).toBytes());
        }
        for (int number = 0; number < SMALL; number++) {
            dovecot.deliver("alice", "INBOX", delivery(sandbox, small.get(number), recipient(0)));
            if (number % (SMALL / LARGE) == 0) {
                byte[] receipt = delivery(sandbox, large, recipient(number / (SMALL / LARGE)));
                assertThat((long) receipt.length).isGreaterThan(LARGE_RECEIPT);
                dovecot.deliver("alice", "INBOX", receipt);
            }
        }
    }

    private static byte[] delivery(PecSandbox sandbox, AcceptedMessage message, String recipient) {
        return sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
                .about(message)
                .recipient(recipient)
                .toBytes();
    }

    private void read(String store, DovecotServer dovecot, String receiptCa) throws Exception {
        Path output = directory.resolve("output");
        Path tlsCa = Files.writeString(
                directory.resolve("tls.pem"),
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(dovecot.certificate().getEncoded())
                        + "\n-----END CERTIFICATE-----\n");
        int exit = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-Djava.io.tmpdir=" + directory,
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeReceiptsRealServerTest.class.getName(),
                        store,
                        Integer.toString(dovecot.tlsPort()),
                        tlsCa.toString(),
                        Files.writeString(directory.resolve("receipts.pem"), receiptCa)
                                .toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        assertThat(exit).as(Files.readString(output)).isZero();
    }

    private static void checkRecorded(String store) {
        try (MailProxy proxy =
                MailProxy.builder().store(JdbcEventStore.open(store)).build()) {
            assertThat(proxy.receipts().list(ReceiptFilter.ALL.limit(1_000)))
                    .hasSize(1 + SMALL + SMALL + LARGE)
                    .extracting(ReceiptRecord::disposition)
                    .containsOnly(Disposition.RECORDED);
            assertThat(proxy.message("large").orElseThrow().recipients())
                    .hasSize(LARGE)
                    .allMatch(recipient -> recipient.state() == RecipientState.DELIVERED);
            assertThat(proxy.events("large"))
                    .extracting(MessageEvent::type)
                    .filteredOn(EventType.PEC_DELIVERY::equals)
                    .hasSize(LARGE);
            for (int number = 0; number < SMALL; number++) {
                assertThat(proxy.events("small-" + number))
                        .extracting(MessageEvent::type)
                        .containsExactly(
                                EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY);
            }
        }
    }

    private static MailAccount account(int smtpPort, int imapPort, TlsTrust trust) {
        return MailAccount.pec("pec-acme")
                .address(MAILBOX)
                .smtps("localhost", smtpPort)
                .credentials(MAILBOX, "smtp-password")
                .imaps("localhost", imapPort)
                .imapCredentials("alice", DovecotServer.PASSWORD)
                .maxTotalSize(LIMIT)
                .tlsTrust(trust)
                .readFrom(Instant.now().minus(Duration.ofDays(1)))
                .build();
    }

    /**
     * Reads the mailbox once, to its end.
     *
     * @param arguments the URL of the store, the IMAP server's port, and the files of the authorities for TLS and for receipts
     */
    public static void main(String[] arguments) throws Exception {
        try (MailProxy proxy = MailProxy.builder()
                .store(JdbcEventStore.open(arguments[0]))
                .trust(ProviderTrust.builder().anchorsPem(Path.of(arguments[3])).build())
                .account(account(
                        465, Integer.parseInt(arguments[1]), TlsTrust.pem(Files.readString(Path.of(arguments[2])))))
                .build()) {
            int read = proxy.steps().pollOnce();
            if (read != 1 + SMALL + SMALL + LARGE) {
                throw new IllegalStateException(
                        "read " + read + ": " + proxy.poller().mailboxes());
            }
        }
    }
}
