package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.RecipientRole;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.ReceiptFormat;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.ReceiptUnit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proves that what goes in comes out equal, instants cut to the millisecond. */
interface ExactnessContract extends StoreUnderTest {
    /** Everything that encodings, collations, trimming and escaping spoil. */
    String TEXT =
            " àèìòù €uro \uD83D\uDCE7\uD83C\uDDEE\uD83C\uDDF9 e\u0301 \u202E אב \u200B '\"`\\ %_ ${x} \t\r\n\u0001\u007F\uFFFD\uFEFF ";

    /** An instant with digits beyond the millisecond, which are cut and not rounded. */
    Instant FINE = Instant.parse("2026-03-02T10:15:30.123999999Z");

    @Test
    default void keepsEveryFieldOfANewMessage() {
        MessageFixture fixture = message(TEXT.replaceAll("\\p{Cntrl}", "").strip())
                .tenant("tenant €")
                .account("account é")
                .ordinary()
                .messageId("<" + "m".repeat(980) + "@host>")
                .envelopeFrom("bounce+tag@example.it")
                .subject(TEXT)
                .priority(Priority.IMMEDIATE)
                .batch("batch % \uD83D\uDCE7")
                .receiptFormat(ReceiptFormat.SINTETICA)
                .recipients(recipientsInEveryState())
                .enqueuedAt(FINE)
                .dueAt(FINE.plusSeconds(1))
                .deadline(FINE.plusSeconds(2))
                .lastError(TEXT);
        TrackedMessage given = fixture.build().message();

        TrackedMessage stored = enqueue(fixture);

        TrackedMessage expected = Exactly.withSequence(given, stored.sequence());
        assertThat(stored).isEqualTo(expected);
        assertThat(current(stored)).isEqualTo(expected);
        assertThat(stored.recipients()).isEqualTo(expected.recipients());
        assertThat(stored.enqueuedAt()).isEqualTo("2026-03-02T10:15:30.123Z");
    }

    @Test
    default void keepsEveryFieldOfAChange() {
        TrackedMessage stored = enqueue(message("one").to("a@pec.example", "b@pec.example"));
        TrackedMessage changed = stored.next()
                .state(MessageState.ACCEPTED)
                .recipients(recipientsInEveryState())
                .attempts(7)
                .dueAt(FINE.minusSeconds(1))
                .deadline(FINE.plusSeconds(5))
                .sentAt(FINE)
                .doubtSince(FINE)
                .acceptanceOverdueAt(FINE.plusSeconds(9))
                .providerMessageId(TEXT)
                .lastError(TEXT)
                .build();

        assertThat(applied(new MessageChange(changed, List.of()))).isEqualTo(Exactly.cut(changed));
        assertThat(store().messagesByProviderMessageId(ACCOUNT, List.of(TEXT))).containsExactly(Exactly.cut(changed));
    }

    @Test
    default void takesBackWhatAChangeLeavesOut() {
        TrackedMessage full = applied(new MessageChange(
                enqueue(message("one"))
                        .next()
                        .deadline(NOW)
                        .sentAt(NOW)
                        .doubtSince(NOW)
                        .acceptanceOverdueAt(NOW)
                        .providerMessageId("p")
                        .lastError("e")
                        .build(),
                List.of()));
        TrackedMessage empty = full.next()
                .deadline(null)
                .sentAt(null)
                .doubtSince(null)
                .acceptanceOverdueAt(null)
                .providerMessageId(null)
                .lastError(null)
                .build();

        assertThat(applied(new MessageChange(empty, List.of()))).isEqualTo(empty);
        assertThat(store().messagesByProviderMessageId(ACCOUNT, List.of("p"))).isEmpty();
    }

    @Test
    default void tellsEmptyTextFromNoText() {
        TrackedMessage stored = enqueue(message("one")
                .subject("")
                .envelopeFrom("")
                .lastError("")
                .recipients(List.of(new RecipientStatus(
                        "a@b.example", RecipientRole.TO, RecipientState.FAILED, "", "", NOW, null))));

        assertThat(current(stored).lastError()).isEmpty();
        assertThat(current(stored).subject()).isEmpty();
        assertThat(current(stored).envelopeFrom()).isEmpty();
        assertThat(current(stored).recipients().get(0).reason()).isEmpty();
        assertThat(current(stored).recipients().get(0).detail()).isEmpty();
    }

    @Test
    default void keepsLongTexts() {
        String euros = "€".repeat(10_000);
        RecipientStatus recipient = new RecipientStatus(
                "a@b.example", RecipientRole.TO, RecipientState.FAILED, "mailbox_full", euros, NOW, null);
        TrackedMessage stored =
                enqueue(message("one").subject(euros).lastError(euros).recipients(List.of(recipient)));
        String identifier = "x€".repeat(1_000);
        TrackedMessage changed = applied(new MessageChange(
                stored.next().providerMessageId(identifier).build(),
                List.of(new NewEvent(EventType.ERROR, NOW, EventData.of("error", euros)))));

        assertThat(changed.subject()).isEqualTo(euros);
        assertThat(changed.lastError()).isEqualTo(euros);
        assertThat(changed.recipients()).containsExactly(recipient);
        assertThat(store().events(stored.key()).get(1).data().text("error")).contains(euros);
        assertThat(store().messagesByProviderMessageId(ACCOUNT, List.of(identifier)))
                .containsExactly(changed);
        assertThat(store().messagesByProviderMessageId(ACCOUNT, List.of(identifier + "x")))
                .isEmpty();
    }

    @Test
    default void keepsManyRecipientsInTheirOrder() {
        List<RecipientStatus> recipients = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            recipients.add(RecipientStatus.pending(
                    "r" + (i * 7_919) % 500 + "@pec.example", i % 2 == 0 ? RecipientRole.TO : RecipientRole.CC));
        }
        TrackedMessage stored = enqueue(message("one").recipients(recipients));

        assertThat(current(stored).recipients()).containsExactlyElementsOf(recipients);
    }

    @Test
    default void keepsAMessageWithoutRecipientsAndOneWhoseRecipientsRepeat() {
        TrackedMessage none = enqueue(message("none").recipients(List.of()));
        TrackedMessage twice = enqueue(message("twice").to("a@pec.example", "A@pec.example", "a@pec.example"));

        assertThat(current(none).recipients()).isEmpty();
        assertThat(current(twice).recipients()).hasSize(3).isEqualTo(twice.recipients());
    }

    @ParameterizedTest
    @EnumSource(MessageState.class)
    default void keepsEveryState(MessageState state) {
        TrackedMessage stored = enqueue(message("one").state(state));

        assertThat(current(stored).state()).isEqualTo(state);
        assertThat(applied(ChangeFixture.touched(stored)).state()).isEqualTo(state);
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    default void keepsEveryTypeOfEvent(EventType type) {
        EventData data = EventData.of("text", TEXT)
                .with("number", 4_711L)
                .with("large", Long.MAX_VALUE)
                .with("fraction", 1.5)
                .with("truth", true)
                .with("empty", "");
        TrackedMessage stored = enqueue(message("one").events(new NewEvent(type, FINE, data)));
        applied(new MessageChange(stored.next().build(), List.of(new NewEvent(type, FINE, data))), FINE);

        List<MessageEvent> events = store().events(stored.key());

        assertThat(withoutSequences(events))
                .containsOnly(new NewEvent(type, Exactly.cut(FINE), data))
                .hasSize(2);
        assertThat(events.get(1).recordedAt()).isEqualTo(Exactly.cut(FINE));
        assertThat(events.get(1).data().toJson())
                .as("the fields in their order")
                .isEqualTo(data.toJson());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1970-01-01T00:00:00Z",
                "2026-03-29T01:30:00Z",
                "2026-03-29T02:30:00Z",
                "2026-10-25T00:30:00Z",
                "2026-10-25T01:30:00Z",
                "2026-12-31T23:59:59.999Z",
                "2038-01-19T03:14:08.001Z",
                "9999-12-31T23:59:59.999Z"
            })
    default void keepsEveryInstantWhateverTheTimeZone(String text) {
        Instant instant = Instant.parse(text);
        TrackedMessage stored =
                enqueue(message("one").enqueuedAt(instant).dueAt(instant).deadline(instant));

        assertThat(current(stored).enqueuedAt()).isEqualTo(instant);
        assertThat(current(stored).dueAt()).isEqualTo(instant);
        assertThat(current(stored).deadline()).isEqualTo(instant);
    }

    @Test
    default void keepsEveryFieldOfAReceipt() {
        MessageKey message =
                enqueue(message("one").tenant("tenant €").account("è")).key();
        ReceiptRecord full = new ReceiptRecord(
                99,
                new MailboxKey(new AccountKey("tenant €", "è"), TEXT),
                4_294_967_295L,
                4_294_967_294L,
                FINE,
                FINE.plusSeconds(1),
                Sha256.hex("full"),
                3,
                "<" + TEXT.repeat(20) + ">",
                "receipt",
                TEXT,
                TEXT.repeat(30),
                TEXT,
                FINE.plusSeconds(2),
                Verdict.UNTRUSTED,
                List.of("z_problem", "a_problem", "a,problem;", TEXT),
                Disposition.RECORDED,
                TEXT.repeat(50),
                message,
                TEXT.repeat(30),
                true);

        assertThat(store().record(unit(new NewReceipt(full, BytesContent.of("abc"))), NOW))
                .isTrue();

        ReceiptRecord found = store().receipts(ReceiptFilter.ALL).get(0);
        assertThat(found.id()).isPositive();
        assertThat(found).isEqualTo(Exactly.withId(full, found.id()));
        assertThat(store().knownReceipts(full.mailbox().account(), List.of(), List.of(TEXT.repeat(30))))
                .containsExactly(TEXT.repeat(30));
    }

    @Test
    default void keepsAReceiptOfWhichLittleIsKnown() {
        ReceiptRecord bare = new ReceiptRecord(
                0,
                INBOX,
                1,
                1,
                null,
                NOW,
                Sha256.hex("bare"),
                0,
                null,
                "",
                null,
                null,
                null,
                null,
                Verdict.NOT_CHECKED,
                List.of(),
                Disposition.UNREADABLE,
                "",
                null,
                null,
                false);

        assertThat(store().record(unit(new NewReceipt(bare, null)), NOW)).isTrue();

        ReceiptRecord found = store().receipts(ReceiptFilter.ALL).get(0);
        assertThat(found).isEqualTo(Exactly.withId(bare, found.id()));
        assertThat(store().receiptContent(found.id())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Disposition.class)
    default void keepsEveryDisposition(Disposition disposition) {
        ReceiptRecord found = recorded(ReceiptFixture.receipt("one").disposition(disposition));

        assertThat(found.disposition()).isEqualTo(disposition);
        assertThat(store().receipts(ReceiptFilter.ALL.with(disposition))).containsExactly(found);
    }

    @ParameterizedTest
    @EnumSource(Verdict.class)
    default void keepsEveryVerdict(Verdict verdict) {
        ReceiptRecord given =
                ReceiptFixture.receipt("one").withoutContent().build().record();
        ReceiptRecord judged = given.judged(verdict, List.of(), given.disposition(), given.reason(), null, null);

        assertThat(store().record(unit(new NewReceipt(judged, null)), NOW)).isTrue();

        assertThat(store().receipts(ReceiptFilter.ALL).get(0).verdict()).isEqualTo(verdict);
    }

    @Test
    default void keepsEveryFieldOfACursor() {
        MailboxCursor cursor = new MailboxCursor(new MailboxKey(ACCOUNT, TEXT), 4_294_967_295L, 4_294_967_295L, FINE);

        assertThat(store().record(new ReceiptUnit(null, List.of(), List.of(), List.of(), List.of(cursor)), NOW))
                .isTrue();

        assertThat(store().cursor(cursor.mailbox()))
                .contains(
                        new MailboxCursor(cursor.mailbox(), cursor.uidValidity(), cursor.lastUid(), Exactly.cut(FINE)));
    }

    private static List<RecipientStatus> recipientsInEveryState() {
        List<RecipientStatus> recipients = new ArrayList<>();
        for (RecipientState state : RecipientState.values()) {
            for (RecipientRole role : RecipientRole.values()) {
                boolean even = recipients.size() % 2 == 0;
                recipients.add(new RecipientStatus(
                        "R" + recipients.size() + "@pec.example",
                        role,
                        state,
                        even ? "mailbox_full" : null,
                        even ? null : TEXT,
                        even ? FINE : null,
                        even ? null : FINE.plusSeconds(1)));
            }
        }
        return recipients;
    }
}
