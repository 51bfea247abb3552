package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.internal.imap.ImapConnector;
import io.github.pecmailproxy.internal.imap.MailboxConnection;
import io.github.pecmailproxy.internal.imap.MailboxException;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.sandbox.AcceptedMessage;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.StoredMail;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.contract.ManualClock;
import io.github.pecmailproxy.testing.DovecotServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A mailbox of 5,000 mails of every kind in a Dovecot, read into a PostgreSQL: each means exactly what it should, and stays as it was. */
@Tag("real-servers")
class MixedMailboxRealServerTest {
    private static final String MAILBOX = "acme@pec.example";
    private static final String DELIVERED = "mario@pec.example";
    private static final int MAILS = 5_000;
    private static final int MESSAGES = 300;

    /** Recipients, and what the provider makes of a message to them. */
    private static final Map<List<String>, List<EventType>> FATES = Map.of(
            List.of(DELIVERED),
            List.of(EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY),
            List.of(DELIVERED, "lucia@pec.example"),
            List.of(EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY, EventType.PEC_DELIVERY),
            List.of("sconosciuto@pec.example"),
            List.of(EventType.PEC_ACCEPTANCE, EventType.PEC_ERROR),
            List.of("rifiutato@pec.example"),
            List.of(EventType.PEC_ERROR),
            List.of("esterno@example.com"),
            List.of(EventType.PEC_ACCEPTANCE),
            List.of(MAILBOX),
            List.of(EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY),
            List.of("esterno-rimbalzo@example.com"),
            List.of(EventType.PEC_ACCEPTANCE, EventType.BOUNCE));

    private final ManualClock clock = new ManualClock(Instant.now().truncatedTo(ChronoUnit.SECONDS));
    private final List<OperationalEvent> operations = new CopyOnWriteArrayList<>();
    private final Map<String, List<EventType>> expected = new TreeMap<>();
    private MailAccount account;

    @Test
    void everyMailMeansWhatItShouldAndStaysAsItWas() throws Exception {
        try (DovecotServer dovecot = DovecotServer.start();
                PecSandbox sandbox = PecSandbox.builder()
                        .account(MAILBOX, "smtp-password")
                        .clock(clock)
                        .manual()
                        .start()) {
            account = account(sandbox, dovecot);
            try (MailProxy proxy = proxy(sandbox)) {
                reads(proxy, sandbox, dovecot);
            }
        }
    }

    private void reads(MailProxy proxy, PecSandbox sandbox, DovecotServer dovecot) throws IOException {
        send(proxy, sandbox);
        MixedMailbox mixed = new MixedMailbox(sandbox, MAILBOX);
        List<StoredMail> answers = mixed.addAnswers();
        List<StoredMail> deliveries = answers.stream()
                .filter(mail -> mail.header("X-Ricevuta")
                        .filter("avvenuta-consegna"::equals)
                        .isPresent())
                .toList();
        int recorded = answers.size()
                - (int) answers.stream()
                        .filter(MixedMailboxRealServerTest::cameIn)
                        .count();
        mixed.addReplayed(deliveries);
        List<AcceptedMessage> delivered = sandbox.accepted().stream()
                .filter(message -> message.recipients().stream()
                        .anyMatch(recipient -> recipient.address().equals(DELIVERED)))
                .toList();
        mixed.addForged(delivered, DELIVERED);
        mixed.addForeignReceipts(1_000);
        mixed.addForeignBounces(200);
        mixed.addIncoming(1_500, incoming(sandbox, answers));
        mixed.addOrdinary(MAILS - mixed.mails().size());
        List<byte[]> shuffled = new ArrayList<>(mixed.mails());
        Collections.shuffle(shuffled, new Random(5));
        shuffled.forEach(mail -> dovecot.deliver("alice", "INBOX", mail));
        seenByTheServer();
        Map<String, String> before = onDisk(dovecot);

        assertThat(proxy.steps().pollOnce()).isEqualTo(MAILS);

        assertThat(unexpected(proxy)).isEmpty();
        Map<Disposition, Integer> dispositions = dispositions(proxy);
        assertThat(dispositions)
                .containsOnly(
                        Map.entry(Disposition.RECORDED, recorded),
                        Map.entry(Disposition.REPEATED, deliveries.size()),
                        Map.entry(Disposition.REFUSED, delivered.size()),
                        Map.entry(Disposition.FOREIGN, 1_200),
                        Map.entry(
                                Disposition.IGNORED, MAILS - recorded - deliveries.size() - delivered.size() - 1_200));
        assertThat(operations)
                .filteredOn(event -> !(event instanceof OperationalEvent.MailboxProgress))
                .hasSize(delivered.size())
                .allMatch(OperationalEvent.ReceiptRefused.class::isInstance);
        assertThat(operations)
                .filteredOn(OperationalEvent.MailboxProgress.class::isInstance)
                .hasSize(9) // Mails are read by 400, and the last two units are told of at once: 90 % is passed on the
                // way.
                .last()
                .isEqualTo(new OperationalEvent.MailboxProgress(account.key(), "INBOX", MAILS, MAILS));
        assertThat(onDisk(dovecot)).isEqualTo(before);

        assertThat(proxy.steps().pollOnce()).isZero();
        assertThat(unexpected(proxy)).isEmpty();
    }

    private MailProxy proxy(PecSandbox sandbox) throws SQLException {
        RealDatabases.postgresql().openEmpty().close();
        return MailProxy.builder()
                .store(RealDatabases.postgresql().open(clock))
                .clock(clock)
                .trust(ProviderTrust.builder()
                        .anchor(sandbox.receiptCa())
                        .clock(clock)
                        .build())
                .operations(operations::add)
                .leaseAhead(MESSAGES)
                .account(account)
                .build();
    }

    private MailAccount account(PecSandbox sandbox, DovecotServer dovecot) {
        return MailAccount.pec("pec-acme")
                .address(MAILBOX)
                .smtps(sandbox.host(), sandbox.smtpsPort())
                .credentials(MAILBOX, "smtp-password")
                .imaps("localhost", dovecot.tlsPort())
                .imapCredentials("alice", DovecotServer.PASSWORD)
                .tlsTrust(TlsTrust.of(sandbox.tlsCa(), dovecot.certificate()))
                .readFrom(clock.instant().minus(Duration.ofDays(1)))
                .build();
    }

    private void send(MailProxy proxy, PecSandbox sandbox) {
        List<List<String>> fates = FATES.keySet().stream()
                .sorted((one, other) -> one.toString().compareTo(other.toString()))
                .toList();
        for (int number = 0; number < MESSAGES; number++) {
            List<String> recipients = fates.get(number % fates.size());
            String id = "n" + number;
            proxy.queue()
                    .enqueue(OutgoingMessage.builder()
                            .id(id)
                            .account("pec-acme")
                            .from(MAILBOX)
                            .to(recipients.toArray(String[]::new))
                            .subject("Comunicazione n. " + number)
                            .text("Gentile destinatario, ecco la comunicazione.")
                            .build());
            List<EventType> types = new ArrayList<>(List.of(EventType.QUEUED, EventType.SENT));
            types.addAll(FATES.get(recipients));
            Collections.sort(types);
            expected.put(id, types);
        }
        assertThat(proxy.steps().dispatchOnce()).isEqualTo(MESSAGES);
        sandbox.deliverDue();
    }

    /** Returns samples of what comes in: a certified message, sent to itself, and an ordinary one that the provider wrapped. */
    private static List<StoredMail> incoming(PecSandbox sandbox, List<StoredMail> answers) {
        StoredMail certified = answers.stream()
                .filter(MixedMailboxRealServerTest::cameIn)
                .findFirst()
                .orElseThrow();
        sandbox.deliverOrdinary(
                MAILBOX,
                "From: someone@example.com\r\nTo: acme@pec.example\r\nSubject: Hello\r\nMessage-ID: <o@example.com>\r\n\r\nHello.\r\n"
                        .getBytes(StandardCharsets.ISO_8859_1));
        List<StoredMail> all = sandbox.mailbox(MAILBOX);
        return List.of(certified, all.get(all.size() - 1));
    }

    private static boolean cameIn(StoredMail mail) {
        return mail.header("X-Trasporto").filter("posta-certificata"::equals).isPresent();
    }

    /** The server moves new mails from one folder on disk to another when it first sees them; that done, nothing may change. */
    private void seenByTheServer() {
        try (MailboxConnection connection = new ImapConnector().connect(account)) {
            assertThat(connection.examine("INBOX").messages()).isEqualTo(MAILS);
        } catch (MailboxException failed) {
            throw new AssertionError(failed);
        }
    }

    /** Returns the messages whose events are others than expected, and those events. */
    private Map<String, List<EventType>> unexpected(MailProxy proxy) {
        Map<String, List<EventType>> unexpected = new TreeMap<>();
        expected.forEach((id, types) -> {
            List<EventType> found =
                    proxy.events(id).stream().map(MessageEvent::type).sorted().toList();
            if (!found.equals(types)) {
                unexpected.put(id, found);
            }
        });
        return unexpected;
    }

    private static Map<Disposition, Integer> dispositions(MailProxy proxy) {
        Map<Disposition, Integer> counts = new EnumMap<>(Disposition.class);
        ReceiptFilter page = ReceiptFilter.ALL.limit(1_000);
        for (List<ReceiptRecord> records = proxy.receipts().list(page);
                !records.isEmpty();
                records = proxy.receipts()
                        .list(page.after(records.get(records.size() - 1).id()))) {
            records.forEach(record -> counts.merge(record.disposition(), 1, Integer::sum));
        }
        return counts;
    }

    private static Map<String, String> onDisk(DovecotServer dovecot) throws IOException {
        Path maildir = dovecot.maildir("alice", "INBOX");
        Map<String, String> files = new TreeMap<>();
        for (String part : List.of("cur", "new")) {
            try (Stream<Path> mails = Files.list(maildir.resolve(part))) {
                for (Path mail : mails.toList()) {
                    files.put(
                            maildir.relativize(mail).toString(),
                            new String(Files.readAllBytes(mail), StandardCharsets.ISO_8859_1));
                }
            }
        }
        return files;
    }
}
