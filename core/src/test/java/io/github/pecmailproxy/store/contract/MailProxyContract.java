package io.github.pecmailproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.MailProxyBuilder;
import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.HandledMail;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.ReceiptTrust;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.account.UncertainDelivery;
import io.github.pecmailproxy.archive.SkippedMail;
import io.github.pecmailproxy.evidence.EvidenceBundle;
import io.github.pecmailproxy.evidence.EvidenceCheck;
import io.github.pecmailproxy.evidence.EvidenceVerification;
import io.github.pecmailproxy.imap.Reread;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.pec.ReceiptFormat;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.queue.EnqueueResult;
import io.github.pecmailproxy.queue.MessageConflictException;
import io.github.pecmailproxy.report.DeliveryReport;
import io.github.pecmailproxy.report.ReportAnswer;
import io.github.pecmailproxy.report.ReportEntry;
import io.github.pecmailproxy.sandbox.AcceptedMessage;
import io.github.pecmailproxy.sandbox.DraftSignature;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.ReceiptDraft;
import io.github.pecmailproxy.sandbox.ReceiptType;
import io.github.pecmailproxy.sandbox.SmtpPhase;
import io.github.pecmailproxy.sandbox.StoredMail;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.SuspensionScope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole engine on a store: real SMTP, IMAP and signatures against the sandbox, time driven by hand. Extend it and say how to open
 * the store.
 */
public abstract class MailProxyContract {
    private static final String MAILBOX = "acme@pec.example";
    private static final String PASSWORD = "correct horse battery staple";
    private static final Instant START = Instant.parse("2026-11-23T08:00:00Z");

    private final ManualClock clock = new ManualClock(START);
    private final List<OperationalEvent> operations = Collections.synchronizedList(new ArrayList<>());
    private final List<MailProxy> proxies = new ArrayList<>();
    private PecSandbox sandbox;

    /**
     * Opens the store on the data of this test. Called again after the first was closed, and for a second node while it is open;
     * then it must show the same data.
     *
     * @param clock the clock the store is to name as its own
     */
    protected abstract EventStore openStore(InstantSource clock);

    @BeforeEach
    void startSandbox() {
        sandbox = provider().manual().start();
    }

    private PecSandbox.Builder provider() {
        return PecSandbox.builder().account(MAILBOX, PASSWORD).clock(clock);
    }

    /** Goes over to a provider that answers by itself. */
    private void letTheProviderRun() {
        sandbox.close();
        sandbox = provider().start();
    }

    @AfterEach
    void stopEverything() {
        proxies.forEach(MailProxy::close);
        sandbox.close();
    }

    private MailAccount.Builder account() {
        return MailAccount.pec("pec-acme")
                .smtps(sandbox.host(), sandbox.smtpsPort())
                .imaps(sandbox.host(), sandbox.imapsPort())
                .credentials(MAILBOX, PASSWORD)
                .tlsTrust(TlsTrust.of(sandbox.tlsCa()));
    }

    private MailProxyBuilder builder() {
        return MailProxy.builder()
                .store(openStore(clock))
                .trust(ProviderTrust.builder()
                        .anchor(sandbox.receiptCa())
                        .clock(clock)
                        .build())
                .operations(operations::add);
    }

    private MailProxy proxy() {
        return open(builder().account(account().build()));
    }

    private MailProxy open(MailProxyBuilder builder) {
        MailProxy proxy = builder.build();
        proxies.add(proxy);
        return proxy;
    }

    private static OutgoingMessage.Builder message(String id, String... to) {
        return OutgoingMessage.builder()
                .id(id)
                .account("pec-acme")
                .from(MAILBOX)
                .to(to)
                .subject("Comunicazione n. " + id)
                .text("Gentile destinatario, ecco la comunicazione.");
    }

    private void turn(MailProxy proxy) {
        proxy.steps().dispatchOnce();
        sandbox.deliverDue();
        proxy.steps().pollOnce();
        proxy.steps().checkTimeoutsOnce();
    }

    private static List<EventType> types(MailProxy proxy, String id) {
        return proxy.events(id).stream().map(MessageEvent::type).toList();
    }

    private static TrackedMessage tracked(MailProxy proxy, String id) {
        return proxy.message(id).orElseThrow();
    }

    private static RecipientStatus only(MailProxy proxy, String id) {
        List<RecipientStatus> recipients = tracked(proxy, id).recipients();
        assertThat(recipients).hasSize(1);
        return recipients.get(0);
    }

    // ------------------------------------------------------------------------------------------------------ the main
    // job

    @Test
    void tellsThatAMessageWasDelivered() {
        MailProxy proxy = proxy();
        proxy.steps().pollOnce();

        assertThat(proxy.queue().enqueue(message("n1", "mario@pec.example").build()))
                .isInstanceOf(EnqueueResult.Queued.class);
        turn(proxy);

        assertThat(types(proxy, "n1"))
                .containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY);
        assertThat(tracked(proxy, "n1").state()).isEqualTo(MessageState.ACCEPTED);
        assertThat(tracked(proxy, "n1").isFinished()).isTrue();
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
        MessageEvent delivery = proxy.events("n1").get(3);
        assertThat(delivery.data().text("receipt_type")).contains("avvenuta-consegna");
        assertThat(delivery.data().text("recipient")).contains("mario@pec.example");
        assertThat(delivery.data().text("receipt_message_id")).isPresent();
        assertThat(delivery.data().text("verdict")).contains("trusted");
        assertThat(delivery.data().text("proof")).contains("true");
    }

    @Test
    void tellsOfEveryRecipientByItself() {
        MailProxy proxy = proxy();
        proxy.queue()
                .enqueue(message(
                                "n1",
                                "mario@pec.example",
                                "sconosciuto@pec.example",
                                "sconosciuto-altro@pec.example",
                                "piena@pec.example",
                                "dominio@pec.example",
                                "virus@pec.example",
                                "esterno@example.com")
                        .cc("lucia@pec.example")
                        .build());
        turn(proxy);

        TrackedMessage message = tracked(proxy, "n1");
        assertThat(message.state()).isEqualTo(MessageState.ACCEPTED);
        assertThat(message.recipients())
                .extracting(RecipientStatus::address, RecipientStatus::state, RecipientStatus::reason)
                .containsExactly(
                        tuple("mario@pec.example", RecipientState.DELIVERED, null),
                        tuple("sconosciuto@pec.example", RecipientState.FAILED, "recipient_unknown"),
                        tuple("sconosciuto-altro@pec.example", RecipientState.FAILED, "recipient_unknown"),
                        tuple("piena@pec.example", RecipientState.FAILED, "mailbox_full"),
                        tuple("dominio@pec.example", RecipientState.FAILED, "domain_unknown"),
                        tuple("virus@pec.example", RecipientState.FAILED, "virus"),
                        tuple("esterno@example.com", RecipientState.EXTERNAL, null),
                        tuple("lucia@pec.example", RecipientState.DELIVERED, null));
        assertThat(message.isFinished()).isTrue();
        assertThat(types(proxy, "n1"))
                .filteredOn(EventType.PEC_ACCEPTANCE::equals)
                .hasSize(1);
        assertThat(types(proxy, "n1"))
                .filteredOn(EventType.PEC_DELIVERY::equals)
                .hasSize(2);
        assertThat(types(proxy, "n1")).filteredOn(EventType.PEC_ERROR::equals).hasSize(5);
    }

    private static Tuple tuple(Object... values) {
        return Tuple.tuple(values);
    }

    @Test
    void tellsThatTheProviderDidNotAccept() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "rifiutato@pec.example").build());
        proxy.queue().enqueue(message("n2", "virus-mittente@pec.example").build());
        turn(proxy);

        assertThat(tracked(proxy, "n1").state()).isEqualTo(MessageState.REJECTED);
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.FAILED);
        assertThat(only(proxy, "n1").reason()).isEqualTo("formal_error");
        assertThat(only(proxy, "n2").reason()).isEqualTo("virus");
        assertThat(types(proxy, "n1")).containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_ERROR);
    }

    @Test
    void tellsOfADelayAndThenOfTheDelivery() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "ritardo@pec.example").build());
        turn(proxy);
        clock.advance(Duration.ofHours(12));
        turn(proxy);

        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELAYED);
        assertThat(types(proxy, "n1")).last().isEqualTo(EventType.PEC_DELAY);

        clock.advance(Duration.ofHours(1));
        turn(proxy);

        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
        assertThat(types(proxy, "n1"))
                .containsExactly(
                        EventType.QUEUED,
                        EventType.SENT,
                        EventType.PEC_ACCEPTANCE,
                        EventType.PEC_DELAY,
                        EventType.PEC_DELIVERY);
    }

    @Test
    void tellsThatTheTimeForDeliveryIsOver() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "scaduto@pec.example").build());
        turn(proxy);
        clock.advance(Duration.ofHours(24));
        turn(proxy);

        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.FAILED);
        assertThat(only(proxy, "n1").reason()).isEqualTo("timeout");
    }

    @Test
    void raisesTheAlarmOnceWhenNothingIsHeardOfARecipient() {
        MailProxy proxy = proxy();
        proxy.queue()
                .enqueue(message("n1", "silenzio@pec.example", "mario@pec.example")
                        .build());
        turn(proxy);
        clock.advance(MailAccount.DEFAULT_DELIVERY_TIMEOUT.plusSeconds(1));
        turn(proxy);
        turn(proxy);
        clock.advance(Duration.ofDays(3));
        turn(proxy);

        assertThat(proxy.events("n1"))
                .filteredOn(event -> event.type() == EventType.PEC_TIMEOUT)
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.data().text("stage")).contains("delivery");
                    assertThat(event.data().text("recipient")).contains("silenzio@pec.example");
                });
    }

    @Test
    void raisesTheAlarmOnceWhenTheAcceptanceDoesNotComeAndGoesOnWhenItComesLate() {
        sandbox.receipts().hold();
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        clock.advance(MailAccount.DEFAULT_ACCEPTANCE_TIMEOUT.plusSeconds(1));
        turn(proxy);
        turn(proxy);

        assertThat(types(proxy, "n1")).containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_TIMEOUT);

        sandbox.receipts().release();
        turn(proxy);

        assertThat(types(proxy, "n1"))
                .containsExactly(
                        EventType.QUEUED,
                        EventType.SENT,
                        EventType.PEC_TIMEOUT,
                        EventType.PEC_ACCEPTANCE,
                        EventType.PEC_DELIVERY);
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
    }

    @Test
    void threeNodesRaiseEachAlarmOnceThoughTheClockJumps() throws Exception {
        sandbox.receipts().hold();
        List<MailProxy> nodes = List.of(proxy(), proxy(), proxy());
        List<String> ids = IntStream.rangeClosed(1, 10).mapToObj(i -> "n" + i).toList();
        ids.forEach(id -> nodes.get(0)
                .queue()
                .enqueue(message(id, "mario@pec.example", "lucia@pec.example").build()));
        turn(nodes.get(0));

        for (Duration jump : List.of(
                Duration.ofMinutes(29),
                Duration.ofMinutes(2),
                Duration.ofMinutes(-25),
                Duration.ofHours(25),
                Duration.ofHours(-3),
                Duration.ofHours(5),
                Duration.ofDays(40),
                Duration.ofDays(-39),
                Duration.ofDays(60))) {
            clock.advance(jump);
            nodes.forEach(node -> node.steps().pollOnce());
            for (int round = 0; round < 2; round++) {
                Together.run(nodes.size(), node -> nodes.get(node).steps().checkTimeoutsOnce());
            }
        }

        assertThat(ids)
                .allSatisfy(id -> assertThat(nodes.get(1).events(id))
                        .filteredOn(event -> event.type() == EventType.PEC_TIMEOUT)
                        .extracting(event -> event.data().text("stage").orElseThrow()
                                + event.data()
                                        .text("recipient")
                                        .map(" "::concat)
                                        .orElse(""))
                        .containsExactlyInAnyOrder(
                                "acceptance", "delivery mario@pec.example", "delivery lucia@pec.example"));
    }

    @Test
    void raisesNoAlarmWhileTheMailboxCannotBeRead() {
        sandbox.receipts().hold();
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        sandbox.imap().at("LOGIN").always().no("[UNAVAILABLE] out of order");
        sandbox.imap().at("AUTHENTICATE").always().no("[UNAVAILABLE] out of order");
        sandbox.dropConnections();
        clock.advance(MailAccount.DEFAULT_ACCEPTANCE_TIMEOUT.plusSeconds(1));
        turn(proxy);

        assertThat(types(proxy, "n1")).containsExactly(EventType.QUEUED, EventType.SENT);
        assertThat(operations).anyMatch(OperationalEvent.MailboxBlind.class::isInstance);

        sandbox.imap().clear();
        clock.advance(Duration.ofHours(1));
        turn(proxy);
        turn(proxy);

        assertThat(types(proxy, "n1")).containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_TIMEOUT);
        assertThat(operations).anyMatch(OperationalEvent.MailboxReadable.class::isInstance);
    }

    @Test
    void doesNotMindReceiptsOutOfOrderAndTwice() {
        sandbox.receipts().deliveryBeforeAcceptance(true).copies(2);
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        turn(proxy);

        assertThat(types(proxy, "n1"))
                .containsExactlyInAnyOrder(
                        EventType.QUEUED, EventType.SENT, EventType.PEC_DELIVERY, EventType.PEC_ACCEPTANCE);
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
    }

    @Test
    void countsNothingTwiceWhenTheMailboxIsRenumbered() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        List<EventType> before = types(proxy, "n1");
        sandbox.renumber(MAILBOX);
        turn(proxy);

        assertThat(types(proxy, "n1")).isEqualTo(before);
        assertThat(operations).anyMatch(OperationalEvent.MailboxRenumbered.class::isInstance);
    }

    @Test
    void leavesTheMailboxAsItWas() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        proxy.steps().dispatchOnce();
        sandbox.deliverDue();
        List<StoredMail> before = sandbox.mailbox(MAILBOX);
        proxy.steps().pollOnce();
        List<StoredMail> after = sandbox.mailbox(MAILBOX);

        assertThat(after).hasSameSizeAs(before).isNotEmpty();
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i).uid()).isEqualTo(before.get(i).uid());
            assertThat(after.get(i).flags()).isEqualTo(before.get(i).flags());
            assertThat(Arrays.equals(after.get(i).raw(), before.get(i).raw())).isTrue();
        }
    }

    @Test
    void marksWhatWasHandledWhereTheAccountAsksForIt() {
        MailProxy proxy = open(
                builder().account(account().handledMail(new HandledMail.Seen()).build()));
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        proxy.steps().dispatchOnce();
        sandbox.deliverDue();
        sandbox.append(
                MAILBOX,
                sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
                        .about(sandbox.accepted().get(0))
                        .recipient("mario@pec.example")
                        .signature(DraftSignature.STRANGER)
                        .toBytes());
        sandbox.append(MAILBOX, "Subject: hello\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII));

        proxy.steps().pollOnce();

        assertThat(sandbox.mailbox(MAILBOX))
                .extracting(StoredMail::flags)
                .extracting(flags -> flags.contains("\\Seen"))
                .containsExactly(true, true, false, false);
        assertThat(types(proxy, "n1"))
                .containsExactlyInAnyOrder(
                        EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY);
    }

    @Test
    void aMailThatCouldNotBeFetchedIsListedAndYieldsItsEventWhenReadAgain() {
        AccountKey key = account().build().key();
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "esterno@example.com").build());
        proxy.steps().dispatchOnce();
        sandbox.deliverDue();
        sandbox.imap().at("UID FETCH").of("BODY.PEEK[])").times(1_000).no("cannot read this one");
        for (int poll = 0; poll < 20; poll++) {
            proxy.poller().pollOnce(key);
        }

        SkippedMail skipped = proxy.receipts().skipped(key, 0, 10).get(0);
        assertThat(skipped.reason()).contains("cannot read this one");
        assertThat(skipped.header()).containsIgnoringCase("X-Ricevuta: accettazione");
        assertThat(types(proxy, "n1")).containsExactly(EventType.QUEUED, EventType.SENT);
        assertThat(proxy.poller().reread(key, skipped.receiptId())).isEqualTo(Reread.STILL_UNREADABLE);

        sandbox.imap().clear();
        assertThat(proxy.poller().reread(key, skipped.receiptId())).isEqualTo(Reread.READ);
        assertThat(types(proxy, "n1")).containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE);
        assertThat(proxy.receipts().skipped(key, 0, 10)).isEmpty();
        assertThat(proxy.poller().reread(key, skipped.receiptId())).isEqualTo(Reread.NOT_SKIPPED);
    }

    @Test
    void tellsOfEveryMailWhyItCountedOrDidNot() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        AcceptedMessage accepted = sandbox.accepted().get(0);
        append("forged", draft(accepted).signature(DraftSignature.STRANGER));
        append("unsigned", draft(accepted).signature(DraftSignature.NONE));
        append(
                "somebody-elses",
                draft(accepted)
                        .header("X-Riferimento-Message-ID", "<other@pec.example>")
                        .daticert(xml ->
                                xml.replaceAll("<msgid>.*</msgid>", "<msgid>&lt;other@pec.example&gt;</msgid>")));
        sandbox.append(
                MAILBOX,
                "Message-ID: <ordinary@pec.example>\r\nSubject: hello\r\n\r\nbody\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        turn(proxy);

        ReceiptFilter all = ReceiptFilter.ALL.ofAccount(account().build().key());
        List<ReceiptRecord> lines = proxy.receipts().list(all);
        assertThat(lines)
                .hasSize(sandbox.mailbox(MAILBOX).size())
                .allMatch(line -> !line.reason().isBlank());
        assertThat(lines)
                .filteredOn(line -> line.disposition() == Disposition.RECORDED)
                .hasSize(2);
        assertThat(why(lines, "forged")).startsWith("REFUSED: the signature is untrusted");
        assertThat(why(lines, "unsigned")).startsWith("REFUSED: the signature is unsigned");
        assertThat(why(lines, "somebody-elses")).startsWith("FOREIGN: ").contains("not sent from here");
        assertThat(why(lines, "ordinary")).startsWith("IGNORED: an ordinary message");
        assertThat(proxy.receipts().list(ReceiptFilter.ALL.ofAccount(new AccountKey("default", "nobody"))))
                .isEmpty();
    }

    private ReceiptDraft draft(AcceptedMessage accepted) {
        // Of another time than the genuine one, so that it is no mere repetition of that.
        return sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
                .about(accepted)
                .recipient("mario@pec.example")
                .time(START.plusSeconds(600));
    }

    private void append(String name, ReceiptDraft draft) {
        sandbox.append(
                MAILBOX,
                draft.header("Message-ID", "<" + name + "@pec.example>").toBytes());
    }

    private static String why(List<ReceiptRecord> lines, String name) {
        return lines.stream()
                .filter(line -> ("<" + name + "@pec.example>").equals(line.receiptMessageId()))
                .map(line -> line.disposition() + ": " + line.reason())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void tellsThatAnExternalRecipientBounced() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "esterno-rimbalzo@example.com").build());
        turn(proxy);
        turn(proxy);

        assertThat(types(proxy, "n1"))
                .containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE, EventType.BOUNCE);
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.FAILED);
        assertThat(only(proxy, "n1").reason()).isEqualTo("bounce");
    }

    @Test
    void tiesABounceThatReturnsNothingToItsMessageByTheReversePath() {
        sandbox.close();
        sandbox = provider().manual().otherSendersReachTheChecks().start();
        sandbox.receipts().hold();
        MailProxy proxy = open(builder()
                .account(MailAccount.ordinary("ditta")
                        .smtps(sandbox.host(), sandbox.smtpsPort())
                        .imaps(sandbox.host(), sandbox.imapsPort())
                        .credentials(MAILBOX, PASSWORD)
                        .tlsTrust(TlsTrust.of(sandbox.tlsCa()))
                        .returnPath("bounce+{token}@ditta.example")
                        .build()));
        proxy.steps().pollOnce();
        for (String id : List.of("n1", "n2", "n3")) {
            proxy.queue()
                    .enqueue(message(id, "mario@example.com").account("ditta").build());
        }
        turn(proxy);
        List<String> paths =
                sandbox.accepted().stream().map(AcceptedMessage::sender).toList();
        assertThat(paths)
                .hasSize(3)
                .doesNotHaveDuplicates()
                .allMatch(path -> path.matches("bounce\\+.{43}@ditta.example"));

        String made = paths.get(1).replaceFirst("[a-z2-7]{26}", "a".repeat(26));
        sandbox.append(MAILBOX, bareBounce(made, "mario@example.com"));
        sandbox.append(MAILBOX, bareBounce(paths.get(1), "mario@example.com"));
        sandbox.append(MAILBOX, bareBounce(paths.get(2), "lucia@example.com"));
        turn(proxy);
        turn(proxy);

        assertThat(types(proxy, "n1")).containsExactly(EventType.QUEUED, EventType.SENT);
        assertThat(types(proxy, "n2")).containsExactly(EventType.QUEUED, EventType.SENT, EventType.BOUNCE);
        assertThat(types(proxy, "n3")).containsExactly(EventType.QUEUED, EventType.SENT);
        assertThat(only(proxy, "n2").state()).isEqualTo(RecipientState.FAILED);
        assertThat(only(proxy, "n2").reason()).isEqualTo("bounce");
        assertThat(proxy.receipts().list(ReceiptFilter.ALL))
                .extracting(ReceiptRecord::disposition)
                .containsExactly(Disposition.FOREIGN, Disposition.RECORDED, Disposition.IGNORED);
    }

    /** A notification that returns nothing of the message, as some servers send it. */
    private static byte[] bareBounce(String to, String recipient) {
        return """
                Return-Path: <>
                Delivered-To: info@ditta.example
                From: MAILER-DAEMON@mx.example.com
                To: %s
                Subject: Undelivered
                MIME-Version: 1.0
                Content-Type: multipart/report; report-type=delivery-status; boundary=b

                --b
                Content-Type: text/plain

                It could not be delivered.
                --b
                Content-Type: message/delivery-status

                Reporting-MTA: dns; mx.example.com

                Final-Recipient: rfc822; %s
                Action: failed
                Status: 5.1.1
                Diagnostic-Code: smtp; 550 5.1.1 no such user

                --b--
                """.formatted(to, recipient).replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    // ----------------------------------------------------------------------------------------------------------
    // forgery

    private List<OperationalEvent.ReceiptRefused> refusals() {
        return operations.stream()
                .filter(OperationalEvent.ReceiptRefused.class::isInstance)
                .map(OperationalEvent.ReceiptRefused.class::cast)
                .toList();
    }

    @Test
    void takesNoForgedReceiptForProof() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n2", "mario@pec.example").build());
        turn(proxy);
        sandbox.receipts().hold();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        List<MessageEvent> delivered = proxy.events("n2");
        List<Forgery> forgeries = Forgery.all(
                sandbox, sandbox.accepted().get(1), sandbox.accepted().get(0), "mario@pec.example");
        for (Forgery forgery : forgeries) {
            operations.clear();
            sandbox.append(MAILBOX, forgery.mail());
            turn(proxy);

            assertThat(types(proxy, "n1")).as(forgery.name()).containsExactly(EventType.QUEUED, EventType.SENT);
            assertThat(only(proxy, "n1").state()).as(forgery.name()).isEqualTo(RecipientState.PENDING);
            assertThat(proxy.events("n2")).as(forgery.name()).isEqualTo(delivered);
            OperationalEvent.ReceiptRefused told =
                    assertThat(refusals()).as(forgery.name()).singleElement().actual();
            ReceiptRecord listed = proxy.receipts().list(ReceiptFilter.ALL.with(Disposition.REFUSED)).stream()
                    .filter(record -> record.fingerprint().equals(told.receiptFingerprint()))
                    .findFirst()
                    .orElseThrow();
            assertThat(listed.verdict()).as(forgery.name()).isEqualTo(forgery.verdict());
            assertThat(String.join(" ", listed.problems())).as(forgery.name()).contains(forgery.problem());
            assertThat(listed.reason()).as(forgery.name()).isEqualTo(told.reason());
            assertThat(listed.eventKey()).as(forgery.name()).isNull();
            assertThat(listed.message()).as(forgery.name()).isEqualTo(told.message());
            assertThat(bytes(proxy, listed)).as(forgery.name()).isEqualTo(forgery.mail());
        }
        operations.clear();
        sandbox.renumber(MAILBOX);
        turn(proxy);
        assertThat(refusals()).isEmpty();
        assertThat(proxy.receipts().reevaluate(account().build().key())).isZero();
        assertThat(refusals()).isEmpty();
        assertThat(proxy.receipts().list(ReceiptFilter.ALL.with(Disposition.REFUSED)))
                .hasSameSizeAs(forgeries);

        // The genuine one counts, whatever was forged before it.
        sandbox.receipts().release();
        turn(proxy);
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
    }

    private static byte[] bytes(MailProxy proxy, ReceiptRecord record) {
        try (InputStream in =
                proxy.receipts().content(record.id()).orElseThrow().open()) {
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Test
    void takesNoReceiptForProofThatWasSignedAfterTheCertificateExpired() {
        clock.advance(Duration.ofDays(36_500));
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);

        assertThat(types(proxy, "n1")).containsExactly(EventType.QUEUED, EventType.SENT);
        assertThat(proxy.receipts().list(ReceiptFilter.ALL.with(Disposition.REFUSED)))
                .hasSize(2)
                .allSatisfy(record -> assertThat(record.verdict()).isEqualTo(Verdict.UNTRUSTED))
                .allSatisfy(record -> assertThat(record.reason()).contains("not valid"));
        assertThat(refusals()).hasSize(2);
    }

    @Test
    void aBriefReceiptWithTheHashOfAnotherAttachmentIsNoProof() {
        sandbox.receipts().hold();
        MailProxy proxy = proxy();
        proxy.queue()
                .enqueue(message("n1", "mario@pec.example")
                        .receiptFormat(ReceiptFormat.BREVE)
                        .attach(Attachment.of("contratto è.pdf", "application/pdf", new byte[] {1, 2, 3}))
                        .build());
        proxy.queue()
                .enqueue(message("n2", "mario@pec.example")
                        .receiptFormat(ReceiptFormat.BREVE)
                        .attach(Attachment.of("contratto è.pdf", "application/pdf", new byte[] {1, 2, 4}))
                        .build());
        turn(proxy);
        AcceptedMessage first = sandbox.accepted().get(0);
        AcceptedMessage second = sandbox.accepted().get(1);
        sandbox.append(
                MAILBOX,
                sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
                        .about(second)
                        .messageId(tracked(proxy, "n1").messageId())
                        .identifier(first.identifier())
                        .subject("Comunicazione n. n1")
                        .toBytes());
        turn(proxy);

        assertThat(types(proxy, "n1")).containsExactly(EventType.QUEUED, EventType.SENT);
        assertThat(refusals()).singleElement().satisfies(event -> {
            assertThat(event.message()).isEqualTo(MessageKey.of("n1"));
            assertThat(event.reason()).contains("contratto è.pdf", "SHA-1");
        });
        assertThat(proxy.receipts().list(ReceiptFilter.ALL.with(Disposition.REFUSED)))
                .singleElement()
                .satisfies(record -> {
                    assertThat(record.verdict()).isEqualTo(Verdict.TRUSTED);
                    assertThat(record.problems()).containsExactly("attachment_hash_mismatch");
                });

        sandbox.receipts().release();
        turn(proxy);
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
        assertThat(only(proxy, "n2").state()).isEqualTo(RecipientState.DELIVERED);
    }

    @Test
    void aForgeryUnderTheMessageIdOfAGenuineReceiptDoesNotHideIt() {
        sandbox.receipts().hold();
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        AcceptedMessage accepted = sandbox.accepted().get(0);
        byte[] forged = sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
                .about(accepted)
                .recipient("mario@pec.example")
                .header("Message-ID", "<same@pec.example>")
                .signature(DraftSignature.STRANGER)
                .toBytes();
        byte[] genuine = sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
                .about(accepted)
                .recipient("mario@pec.example")
                .header("Message-ID", "<same@pec.example>")
                .toBytes();
        sandbox.append(MAILBOX, forged);
        turn(proxy);
        sandbox.append(MAILBOX, genuine);
        turn(proxy);

        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
    }

    @Test
    void aReceiptReplayedUnderAnotherMessageIdIsNoSecondEvent() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        List<EventType> before = types(proxy, "n1");
        byte[] genuine = sandbox.mailbox(MAILBOX).stream()
                .filter(mail -> mail.header("X-Ricevuta").orElse("").equals("avvenuta-consegna"))
                .findFirst()
                .orElseThrow()
                .raw();
        String replayed = new String(genuine, StandardCharsets.ISO_8859_1)
                .replaceFirst("(?im)^Message-ID:[^\r]*", "Message-ID: <replayed@pec.example>");
        sandbox.append(MAILBOX, replayed.getBytes(StandardCharsets.ISO_8859_1));
        turn(proxy);

        assertThat(types(proxy, "n1")).isEqualTo(before);
        assertThat(proxy.receipts().list(ReceiptFilter.ALL.with(Disposition.REPEATED)))
                .hasSize(1);
    }

    @Test
    void aReplayedReceiptWithEditedHeadersIsCaught() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        sandbox.receipts().hold();
        proxy.queue().enqueue(message("n2", "mario@pec.example").build());
        turn(proxy);
        String reference = tracked(proxy, "n2").messageId();
        byte[] genuine = sandbox.mailbox(MAILBOX).stream()
                .filter(mail -> mail.header("X-Ricevuta").orElse("").equals("avvenuta-consegna"))
                .findFirst()
                .orElseThrow()
                .raw();
        String replayed = new String(genuine, StandardCharsets.ISO_8859_1)
                .replaceFirst("(?i)X-Riferimento-Message-ID:[^\r]*", "X-Riferimento-Message-ID: " + reference)
                .replaceFirst("(?im)^Message-ID:[^\r]*", "Message-ID: <replayed@pec.example>");
        sandbox.append(MAILBOX, replayed.getBytes(StandardCharsets.ISO_8859_1));
        turn(proxy);

        assertThat(types(proxy, "n2")).containsExactly(EventType.QUEUED, EventType.SENT);
        assertThat(types(proxy, "n1")).hasSize(4);
        assertThat(refusals()).hasSize(1);
    }

    @Test
    void receiptsOfAProviderThatIsTrustedLaterYieldTheEventsTheyWouldHaveYielded() {
        MailProxyBuilder trustingOthers =
                MailProxy.builder().store(openStore(clock)).operations(operations::add);
        MailAccount patient = account()
                .acceptanceTimeout(Duration.ofDays(2))
                .deliveryTimeout(Duration.ofDays(3))
                .build();
        MailProxy strict = open(trustingOthers.account(patient));
        strict.queue()
                .enqueue(message("n1", "ritardo@pec.example", "piena@pec.example")
                        .build());
        strict.steps().dispatchOnce();
        // Whenever the mailbox is read: what counts is when the provider says that it happened.
        clock.advance(Duration.ofSeconds(90));
        turn(strict);
        clock.advance(Duration.ofHours(12));
        turn(strict);
        clock.advance(Duration.ofHours(1));
        turn(strict);
        Instant delayed = START.plus(Duration.ofHours(12));
        Instant delivered = START.plus(Duration.ofHours(13));
        assertThat(types(strict, "n1")).containsExactly(EventType.QUEUED, EventType.SENT);
        assertThat(refusals()).hasSize(4);
        strict.close();
        proxies.remove(strict);
        clock.advance(Duration.ofHours(2));

        MailProxy trusting = open(builder().account(patient));
        assertThat(trusting.receipts().reevaluate(patient.key())).isEqualTo(4);

        assertThat(trusting.events("n1").subList(2, 6))
                .extracting(
                        MessageEvent::type,
                        MessageEvent::time,
                        event -> event.data().text("recipient").orElse(""))
                .containsExactlyInAnyOrder(
                        tuple(EventType.PEC_ACCEPTANCE, START, ""),
                        tuple(EventType.PEC_ERROR, START, "piena@pec.example"),
                        tuple(EventType.PEC_DELAY, delayed, "ritardo@pec.example"),
                        tuple(EventType.PEC_DELIVERY, delivered, "ritardo@pec.example"));
        assertThat(trusting.events("n1"))
                .hasSize(6)
                .allSatisfy(event -> assertThat(event.data().fields().getOrDefault("verdict", "trusted"))
                        .isEqualTo("trusted"));
        assertThat(tracked(trusting, "n1").recipients())
                .extracting(RecipientStatus::state, RecipientStatus::changedAt)
                .containsExactly(tuple(RecipientState.DELIVERED, delivered), tuple(RecipientState.FAILED, START));
        assertThat(trusting.receipts().reevaluate(patient.key())).isZero();
        assertThat(trusting.events("n1")).hasSize(6);
    }

    @Test
    void whatCountedStaysWhenItsProviderIsTrustedNoLonger(@TempDir Path folder) throws IOException {
        MailProxy trusting = proxy();
        trusting.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(trusting);
        List<MessageEvent> events = trusting.events("n1");
        assertThat(events).hasSize(4);
        trusting.close();
        proxies.remove(trusting);

        MailProxy doubting = open(MailProxy.builder()
                .store(openStore(clock))
                .operations(operations::add)
                .account(account().build()));
        assertThat(doubting.receipts().reevaluate(account().build().key())).isZero();
        assertThat(doubting.events("n1")).isEqualTo(events);
        assertThat(only(doubting, "n1").state()).isEqualTo(RecipientState.DELIVERED);

        // Its evidence says what the signature was worth when it counted, and what it is worth now.
        Path bundle = folder.resolve("n1.zip");
        doubting.receipts().evidence(MessageKey.of("n1")).orElseThrow().writeTo(bundle);
        EvidenceVerification verification = EvidenceBundle.verify(bundle, ProviderTrust.defaults());
        assertThat(verification.proven()).isEmpty();
        assertThat(verification.failures())
                .extracting(EvidenceCheck::detail)
                .anyMatch(reason -> reason.contains("its signature is untrusted"));

        // Another copy does not count any more, and changes nothing.
        String copy = new String(lastDelivery(), StandardCharsets.ISO_8859_1)
                .replaceFirst("(?im)^Message-ID:[^\r]*", "Message-ID: <copy@pec.example>");
        sandbox.append(MAILBOX, copy.getBytes(StandardCharsets.ISO_8859_1));
        turn(doubting);
        assertThat(refusals()).hasSize(1);
        assertThat(doubting.events("n1")).isEqualTo(events);
        doubting.close();
        proxies.remove(doubting);

        // Who trusts the provider finds everything proven, the refused copy notwithstanding.
        MailProxy again = proxy();
        again.receipts().evidence(MessageKey.of("n1")).orElseThrow().writeTo(bundle);
        verification = EvidenceBundle.verify(
                bundle,
                ProviderTrust.builder().anchor(sandbox.receiptCa()).clock(clock).build());
        assertThat(verification.failures()).isEmpty();
    }

    private byte[] lastDelivery() {
        return sandbox.mailbox(MAILBOX).stream()
                .filter(mail -> mail.header("X-Ricevuta").orElse("").equals("avvenuta-consegna"))
                .reduce((one, other) -> other)
                .orElseThrow()
                .raw();
    }

    @Test
    void anAccountMayAcceptWhatNobodyVouchesFor() {
        MailProxy proxy = open(MailProxy.builder()
                .store(openStore(clock))
                .account(account()
                        .receiptTrust(ReceiptTrust.ACCEPT_VALID_SIGNATURE)
                        .build()));
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);

        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
        assertThat(proxy.events("n1").get(2).data().text("proof")).contains("false");
    }

    @Test
    void leavesReceiptsOfOtherApplicationsAlone() {
        MailProxy proxy = proxy();
        sandbox.append(
                MAILBOX,
                sandbox.draft(ReceiptType.ACCETTAZIONE)
                        .header("X-Riferimento-Message-ID", "<other-application@pec.example>")
                        .daticert(xml -> xml.replaceAll(
                                "<msgid>.*</msgid>", "<msgid>&lt;other-application@pec.example&gt;</msgid>"))
                        .toBytes());
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);

        assertThat(proxy.receipts().list(ReceiptFilter.ALL.with(Disposition.FOREIGN)))
                .singleElement()
                .satisfies(record -> assertThat(record.contentKept()).isFalse());
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
    }

    // --------------------------------------------------------------------------------------------------- sending and
    // doubt

    @Test
    void refusesAnIdThatIsTakenAndRecognisesARepetition() {
        MailProxy proxy = proxy();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());

        assertThat(proxy.queue().enqueue(message("n1", "mario@pec.example").build()))
                .isInstanceOf(EnqueueResult.AlreadyQueued.class);
        assertThatThrownBy(() ->
                        proxy.queue().enqueue(message("n1", "lucia@pec.example").build()))
                .isInstanceOf(MessageConflictException.class)
                .hasMessageStartingWith("id:");
        assertThat(only(proxy, "n1").address()).isEqualTo("mario@pec.example");
        turn(proxy);
        assertThat(sandbox.accepted()).hasSize(1);
    }

    @Test
    void keepsTheGoodOnesOfABatch() {
        MailProxy proxy = proxy();
        List<OutgoingMessage> batch = new ArrayList<>();
        IntStream.range(0, 250)
                .forEach(i -> batch.add(message("n" + i, "mario@pec.example").build()));
        batch.add(3, message("bad", "mario@pec.example").bcc("spia@pec.example").build());

        List<EnqueueResult> results = proxy.queue().enqueue(batch);

        assertThat(results).hasSize(251);
        assertThat(results.get(3))
                .isInstanceOfSatisfying(
                        EnqueueResult.Rejected.class,
                        rejected -> assertThat(rejected.field()).startsWith("bcc"));
        assertThat(results).filteredOn(EnqueueResult.Queued.class::isInstance).hasSize(250);
    }

    @Test
    void sendsTheBytesThatWereStoredUnderOneMessageIdOnEveryAttempt() {
        MailProxy proxy = proxy();
        sandbox.smtp().at(SmtpPhase.FINAL_DOT).acceptThenDrop();
        proxy.queue()
                .enqueue(message("n1", "silenzio@pec.example")
                        .attach(Attachment.of("atto.pdf", "application/pdf", new byte[40_000]))
                        .build());
        sandbox.receipts().hold();
        turn(proxy);
        assertThat(tracked(proxy, "n1").state()).isEqualTo(MessageState.IN_DOUBT);

        assertThat(proxy.queue().resend(MessageKey.of("n1"))).isTrue();
        turn(proxy);

        List<AcceptedMessage> accepted = sandbox.accepted();
        assertThat(accepted).hasSize(2);
        assertThat(accepted.get(0).raw()).isEqualTo(accepted.get(1).raw());
        assertThat(accepted.get(0).messageId()).contains(tracked(proxy, "n1").messageId());
    }

    @Test
    void callsNothingFailedOrWithdrawnThatAnEarlierAttemptMayHaveDelivered() {
        MailProxy proxy = proxy();
        sandbox.receipts().hold();
        sandbox.smtp().at(SmtpPhase.FINAL_DOT).acceptThenDrop();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        proxy.steps().dispatchOnce();
        proxy.queue().resend(MessageKey.of("n1"));

        assertThat(proxy.queue().cancel(MessageKey.of("n1"))).isFalse();
        sandbox.smtp().at(SmtpPhase.FINAL_DOT).reply(554, "5.6.0 no");
        proxy.steps().dispatchOnce();
        assertThat(tracked(proxy, "n1").state()).isEqualTo(MessageState.IN_DOUBT);

        sandbox.receipts().release();
        turn(proxy);
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
        assertThat(types(proxy, "n1")).doesNotContain(EventType.ERROR, EventType.CANCELLED);
    }

    @Test
    void oneProcessEnqueuesAndAnotherSends() {
        MailProxy client = proxy();
        MailProxy engine = proxy();
        client.queue().enqueue(message("n1", "mario@pec.example").build());
        assertThat(client.isRunning()).isFalse();
        turn(engine);

        assertThat(only(client, "n1").state()).isEqualTo(RecipientState.DELIVERED);
    }

    @Test
    void resolvesADoubtByTheReceiptAndNeverSendsTwice() {
        MailProxy proxy = proxy();
        sandbox.smtp().at(SmtpPhase.FINAL_DOT).acceptThenDrop();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        proxy.steps().dispatchOnce();
        assertThat(tracked(proxy, "n1").state()).isEqualTo(MessageState.IN_DOUBT);

        turn(proxy);
        clock.advance(Duration.ofDays(2));
        turn(proxy);

        assertThat(sandbox.accepted()).hasSize(1);
        assertThat(types(proxy, "n1"))
                .containsExactly(
                        EventType.QUEUED,
                        EventType.IN_DOUBT,
                        EventType.SENT,
                        EventType.PEC_ACCEPTANCE,
                        EventType.PEC_DELIVERY);
    }

    @Test
    void sendsAgainWhatNothingSpeaksOfAndOnlyAfterTheAcceptanceTimeout() {
        MailProxy proxy = proxy();
        sandbox.smtp().at(SmtpPhase.FINAL_DOT).drop();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        assertThat(tracked(proxy, "n1").state()).isEqualTo(MessageState.IN_DOUBT);

        for (int minute = 0; minute < 29; minute++) {
            clock.advance(Duration.ofMinutes(1));
            turn(proxy);
            assertThat(sandbox.accepted()).isEmpty();
        }
        clock.advance(Duration.ofMinutes(2));
        turn(proxy);
        turn(proxy);

        assertThat(sandbox.accepted()).hasSize(1);
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);
    }

    @Test
    void holdsADoubtForAPersonWhereTheAccountSaysSo() {
        MailProxy proxy = open(builder()
                .account(account().uncertainDelivery(UncertainDelivery.HOLD).build()));
        sandbox.smtp().at(SmtpPhase.FINAL_DOT).drop();
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        clock.advance(Duration.ofMinutes(31));
        turn(proxy);
        turn(proxy);

        assertThat(tracked(proxy, "n1").state()).isEqualTo(MessageState.IN_DOUBT);
        assertThat(operations)
                .filteredOn(OperationalEvent.DecisionNeeded.class::isInstance)
                .hasSize(1);
        assertThat(sandbox.accepted()).isEmpty();

        assertThat(proxy.queue().fail(MessageKey.of("n1"), "the customer withdrew it"))
                .isTrue();
        assertThat(tracked(proxy, "n1").state()).isEqualTo(MessageState.FAILED);
        assertThat(proxy.queue().resend(MessageKey.of("n1"))).isFalse();
    }

    @Test
    void triesAgainWhatWasRefusedForNowAndGivesUpWhatWasRefusedForGood() {
        MailProxy proxy = proxy();
        sandbox.smtp().at(SmtpPhase.FINAL_DOT).reply(451, "4.3.0 try again later");
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);
        assertThat(tracked(proxy, "n1").state()).isEqualTo(MessageState.DEFERRED);
        clock.advance(Duration.ofMinutes(2));
        turn(proxy);
        assertThat(only(proxy, "n1").state()).isEqualTo(RecipientState.DELIVERED);

        sandbox.smtp().at(SmtpPhase.FINAL_DOT).reply(554, "5.7.1 no");
        proxy.queue().enqueue(message("n2", "mario@pec.example").build());
        turn(proxy);
        assertThat(tracked(proxy, "n2").state()).isEqualTo(MessageState.FAILED);
        assertThat(only(proxy, "n2").state()).isEqualTo(RecipientState.FAILED);
        clock.advance(Duration.ofDays(1));
        turn(proxy);
        assertThat(sandbox.accepted()).hasSize(1);
        assertThat(types(proxy, "n2")).doesNotContain(EventType.PEC_TIMEOUT);
    }

    @Test
    void suspendsAnAccountThatTheServerRefuses() {
        MailProxy proxy = open(builder()
                .account(account()
                        .credentials(MAILBOX, "wrong password")
                        .imapCredentials(MAILBOX, PASSWORD)
                        .build()));
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        proxy.queue().enqueue(message("n2", "mario@pec.example").build());
        turn(proxy);
        long logins = sandbox.smtp().commands("AUTH");
        turn(proxy);
        clock.advance(Duration.ofHours(3));
        turn(proxy);

        assertThat(sandbox.smtp().commands("AUTH")).isEqualTo(logins);
        assertThat(proxy.queue().suspensions()).hasSize(1);
        assertThat(operations).anyMatch(OperationalEvent.AccountSuspended.class::isInstance);
        assertThat(operations.toString()).doesNotContain("wrong password");
        assertThat(tracked(proxy, "n1").state().isWaiting()).isTrue();
        assertThat(proxy.queue()
                        .activate(new SuspensionScope.Account(account().build().key())))
                .isTrue();
    }

    @Test
    void goesOnWhereAnotherLifeStopped() {
        MailProxy first = proxy();
        first.queue().enqueue(message("n1", "mario@pec.example").build());
        first.queue().enqueue(message("n2", "mario@pec.example").build());
        first.steps().dispatchOnce();
        first.close();
        proxies.remove(first);

        MailProxy second = proxy();
        turn(second);

        assertThat(sandbox.accepted()).hasSize(2);
        assertThat(only(second, "n1").state()).isEqualTo(RecipientState.DELIVERED);
        assertThat(only(second, "n2").state()).isEqualTo(RecipientState.DELIVERED);
    }

    // ----------------------------------------------------------------------------------------------------------
    // reports

    @Test
    void reportsUntilAcknowledgedAndInOrder() {
        List<DeliveryReport> reports = new ArrayList<>();
        List<ReportAnswer> answers = new ArrayList<>();
        MailProxy proxy = open(builder().account(account().build()).reports(report -> {
            reports.add(report);
            if (answers.isEmpty()) {
                throw new IllegalStateException("the host is down");
            }
            return answers.get(0);
        }));
        proxy.queue().enqueue(message("n1", "mario@pec.example").build());
        turn(proxy);

        assertThat(proxy.steps().reportOnce()).isZero();
        answers.add(ReportAnswer.accepted());
        clock.advance(Duration.ofMinutes(2));
        assertThat(proxy.steps().reportOnce()).isEqualTo(4);
        assertThat(proxy.steps().reportOnce()).isZero();

        assertThat(reports.get(1).entries())
                .extracting(ReportEntry::type)
                .containsExactly(EventType.QUEUED, EventType.SENT, EventType.PEC_ACCEPTANCE, EventType.PEC_DELIVERY);
        assertThat(reports.get(1).toJson())
                .contains("\"pec_event\":\"pec_acceptance\"", "\"pec_details\":\"Accepted by provider\"");
    }

    // --------------------------------------------------------------------------------------------------------- threads

    @Test
    void runsByItself() throws InterruptedException {
        letTheProviderRun();
        CountDownLatch delivered = new CountDownLatch(20);
        MailProxy proxy = open(builder().account(account().build()).reports(report -> {
            report.entries().stream()
                    .filter(entry -> entry.type() == EventType.PEC_DELIVERY)
                    .forEach(entry -> delivered.countDown());
            return ReportAnswer.accepted();
        }));
        proxy.start();
        IntStream.range(0, 20)
                .forEach(i -> proxy.queue()
                        .enqueue(message("n" + i, "mario@pec.example").build()));

        assertThat(delivered.await(60, TimeUnit.SECONDS)).isTrue();
        proxy.stop(Duration.ofSeconds(10));
        assertThat(proxy.isRunning()).isFalse();
        assertThat(sandbox.accepted()).hasSize(20);
    }

    @Test
    void goesOnSendingThoughASinkHangs() throws InterruptedException {
        letTheProviderRun();
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(21);
        MailProxy proxy = open(builder()
                .account(account().build())
                .reports("hanging", report -> {
                    hanging.countDown();
                    awaitRelease(release);
                    return ReportAnswer.accepted();
                })
                .reports("counting", report -> {
                    report.entries().stream()
                            .filter(entry -> entry.type() == EventType.SENT)
                            .forEach(entry -> sent.countDown());
                    return ReportAnswer.accepted();
                }));
        proxy.start();
        try {
            proxy.queue().enqueue(message("n0", "mario@pec.example").build());
            assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();
            IntStream.rangeClosed(1, 20)
                    .forEach(i -> proxy.queue()
                            .enqueue(message("n" + i, "mario@pec.example").build()));
            assertThat(sent.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            release.countDown();
        }
    }

    @Test
    void tellsOfTroubleAtOnceThoughASinkHangs() throws InterruptedException {
        letTheProviderRun();
        CountDownLatch hanging = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch suspended = new CountDownLatch(1);
        MailProxy proxy = open(builder()
                .account(account().build())
                .account(MailAccount.pec("pec-locked")
                        .smtps(sandbox.host(), sandbox.smtpsPort())
                        .imaps(sandbox.host(), sandbox.imapsPort())
                        .credentials(MAILBOX, "wrong password")
                        .tlsTrust(TlsTrust.of(sandbox.tlsCa()))
                        .build())
                .reports(report -> {
                    hanging.countDown();
                    awaitRelease(release);
                    return ReportAnswer.accepted();
                })
                .operations(event -> {
                    if (event instanceof OperationalEvent.AccountSuspended) {
                        suspended.countDown();
                    }
                }));
        proxy.start();
        try {
            proxy.queue().enqueue(message("n0", "mario@pec.example").build());
            assertThat(hanging.await(60, TimeUnit.SECONDS)).isTrue();
            proxy.queue()
                    .enqueue(message("n1", "mario@pec.example")
                            .account("pec-locked")
                            .build());
            assertThat(suspended.await(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            release.countDown();
        }
    }

    private static void awaitRelease(CountDownLatch release) {
        try {
            release.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void twoNodesSendEachMessageOnce() throws InterruptedException {
        letTheProviderRun();
        MailProxy one = proxy();
        MailProxy two = proxy();
        CountDownLatch delivered = new CountDownLatch(60);
        MailProxy reporting = open(builder().account(account().build()).reports(report -> {
            report.entries().stream()
                    .filter(entry -> entry.type() == EventType.PEC_DELIVERY)
                    .forEach(entry -> delivered.countDown());
            return ReportAnswer.accepted();
        }));
        one.start();
        two.start();
        reporting.start();
        IntStream.range(0, 60)
                .forEach(i -> (i % 2 == 0 ? one : two)
                        .queue()
                        .enqueue(message("n" + i, "mario@pec.example").build()));

        assertThat(delivered.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(sandbox.accepted())
                .extracting(accepted -> accepted.messageId().orElse(""))
                .doesNotHaveDuplicates()
                .hasSize(60);
    }
}
