package io.github.pecmailproxy.internal.lifecycle;

import static io.github.pecmailproxy.testing.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.FailureReason;
import io.github.pecmailproxy.pec.ReceiptType;
import io.github.pecmailproxy.pec.RecipientType;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.testing.SampleReceipt;
import io.github.pecmailproxy.testing.Samples;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** What holds whatever receipts come, in whatever order and however often. */
class ReceiptOrderTest {
    private static final List<String> RECIPIENTS = List.of("anna@pec.example", "carla@pec.example", "dora@pec.example");

    private final MailAccount account = Samples.pecAccount();

    /** What becomes of one recipient, as a provider that does not contradict itself certifies it. */
    enum Fate {
        UNANSWERED(RecipientState.ACCEPTED),
        EXTERNAL(RecipientState.EXTERNAL),
        DELIVERED(RecipientState.DELIVERED),
        DELAYED(RecipientState.DELAYED),
        DELAYED_THEN_DELIVERED(RecipientState.DELIVERED),
        FULL(RecipientState.FAILED),
        DELAYED_THEN_FULL(RecipientState.FAILED),
        TIMED_OUT(RecipientState.FAILED),
        DELIVERED_LATE(RecipientState.DELIVERED);

        private final RecipientState end;

        Fate(RecipientState end) {
            this.end = end;
        }

        List<CertifiedReceipt> receipts(String recipient) {
            CertifiedReceipt delivery = SampleReceipt.delivery("m1", recipient).build();
            CertifiedReceipt delay = SampleReceipt.delay("m1", recipient).build();
            CertifiedReceipt full = SampleReceipt.failure("m1", recipient, FailureReason.MAILBOX_FULL, "5.2.2")
                    .build();
            CertifiedReceipt timeout = SampleReceipt.timeout("m1", recipient).build();
            return switch (this) {
                case UNANSWERED, EXTERNAL -> List.of();
                case DELIVERED -> List.of(delivery);
                case DELAYED -> List.of(delay);
                case DELAYED_THEN_DELIVERED -> List.of(delay, delivery);
                case FULL -> List.of(full);
                case DELAYED_THEN_FULL -> List.of(delay, full);
                case TIMED_OUT -> List.of(delay, timeout);
                case DELIVERED_LATE -> List.of(delay, timeout, delivery);
            };
        }
    }

    @Property(tries = 200)
    void everyReceiptIsOneVersionAndOneEvent(@ForAll("anyReceipts") List<CertifiedReceipt> receipts) {
        TrackedMessage message = sent();
        for (CertifiedReceipt receipt : receipts) {
            MessageChange change = received(message, receipt);
            assertThat(change.message().version()).isEqualTo(message.version() + 1);
            assertThat(change.events()).hasSize(1);
            message = change.message();
        }
    }

    @Property(tries = 200)
    void noRecipientIsEverLostOrAdded(@ForAll("anyReceipts") List<CertifiedReceipt> receipts) {
        assertThat(all(receipts).recipients())
                .extracting(RecipientStatus::address)
                .containsExactlyElementsOf(RECIPIENTS);
    }

    @Property(tries = 200)
    void nobodyIsDeliveredWithoutADeliveryReceipt(@ForAll("anyReceipts") List<CertifiedReceipt> receipts) {
        for (RecipientStatus recipient : all(receipts).recipients()) {
            if (recipient.state() == RecipientState.DELIVERED) {
                assertThat(receipts)
                        .anyMatch(receipt -> receipt.type() == ReceiptType.AVVENUTA_CONSEGNA
                                && receipt.recipient().orElseThrow().equals(recipient.address()));
            }
        }
    }

    @Property(tries = 200)
    void nobodyFailsWithoutAReceiptThatSaysSo(@ForAll("anyReceipts") List<CertifiedReceipt> receipts) {
        for (RecipientStatus recipient : all(receipts).recipients()) {
            if (recipient.state() == RecipientState.FAILED) {
                assertThat(receipts)
                        .anyMatch(receipt -> receipt.failure().isPresent()
                                && receipt.recipient()
                                        .map(recipient.address()::equals)
                                        .orElse(true));
            }
        }
    }

    @Property(tries = 200)
    void nothingIsAwaitedExactlyWhenTheMessageIsFinished(@ForAll("anyReceipts") List<CertifiedReceipt> receipts) {
        TrackedMessage message = all(receipts);
        assertThat(message.deadline() == null).isEqualTo(message.isFinished());
    }

    @Property(tries = 200)
    void messageNeverFallsBackBehindWhatItReached(@ForAll("anyReceipts") List<CertifiedReceipt> receipts) {
        TrackedMessage message = sent();
        for (CertifiedReceipt receipt : receipts) {
            TrackedMessage after = received(message, receipt).message();
            if (message.state() != MessageState.SENT) {
                assertThat(after.state()).isEqualTo(message.state());
            }
            for (int i = 0; i < RECIPIENTS.size(); i++) {
                RecipientState was = message.recipients().get(i).state();
                RecipientState is = after.recipients().get(i).state();
                assertThat(is == RecipientState.PENDING && was != RecipientState.PENDING)
                        .isFalse();
                assertThat(was == RecipientState.CONFLICT && is != RecipientState.CONFLICT)
                        .isFalse();
                assertThat(was == RecipientState.DELIVERED && is.isOpen()).isFalse();
                assertThat(was == RecipientState.FAILED && is.isOpen()).isFalse();
            }
            message = after;
        }
    }

    @Property(tries = 200)
    void orderAndRepetitionDoNotMatterWhereNothingContradicts(
            @ForAll @Size(3) List<Fate> fates, @ForAll @IntRange(max = 1_000_000) int seed) {
        List<CertifiedReceipt> receipts = new ArrayList<>();
        SampleReceipt acceptance = SampleReceipt.acceptance("m1");
        for (int i = 0; i < fates.size(); i++) {
            acceptance.lists(
                    RECIPIENTS.get(i),
                    fates.get(i) == Fate.EXTERNAL ? RecipientType.EXTERNAL : RecipientType.CERTIFIED);
            receipts.addAll(fates.get(i).receipts(RECIPIENTS.get(i)));
        }
        receipts.add(acceptance.build());
        Random random = new Random(seed);
        IntStream.range(0, receipts.size())
                .filter(i -> random.nextInt(3) == 0)
                .mapToObj(receipts::get)
                .toList()
                .forEach(receipts::add);
        Collections.shuffle(receipts, random);

        TrackedMessage message = all(receipts);

        assertThat(message.state()).isEqualTo(MessageState.ACCEPTED);
        assertThat(message.recipients())
                .extracting(RecipientStatus::state)
                .containsExactlyElementsOf(fates.stream().map(fate -> fate.end).toList());
    }

    @Provide
    Arbitrary<List<CertifiedReceipt>> anyReceipts() {
        List<CertifiedReceipt> possible = new ArrayList<>();
        possible.add(SampleReceipt.acceptance("m1", RECIPIENTS.toArray(String[]::new))
                .build());
        possible.add(SampleReceipt.acceptance("m1", RECIPIENTS.get(0))
                .lists(RECIPIENTS.get(1), RecipientType.EXTERNAL)
                .build());
        possible.add(SampleReceipt.rejection("m1").build());
        possible.add(SampleReceipt.of(ReceiptType.PRESA_IN_CARICO, "m1").build());
        for (String recipient : RECIPIENTS) {
            possible.add(SampleReceipt.delivery("m1", recipient).build());
            possible.add(SampleReceipt.delay("m1", recipient).build());
            possible.add(SampleReceipt.timeout("m1", recipient).build());
            possible.add(SampleReceipt.failure("m1", recipient, FailureReason.RECIPIENT_UNKNOWN, "5.1.1")
                    .build());
        }
        return Arbitraries.of(possible).list().ofMaxSize(12);
    }

    private TrackedMessage all(List<CertifiedReceipt> receipts) {
        TrackedMessage message = sent();
        for (CertifiedReceipt receipt : receipts) {
            message = received(message, receipt).message();
        }
        return message;
    }

    private MessageChange received(TrackedMessage message, CertifiedReceipt receipt) {
        return ReceiptRules.received(message, receipt, account, NOW.plusSeconds(60), NOW.plusSeconds(60));
    }

    private TrackedMessage sent() {
        return Deadlines.set(
                Samples.pecMessage("m1", RECIPIENTS.toArray(String[]::new))
                        .next()
                        .state(MessageState.SENT)
                        .attempts(1)
                        .sentAt(NOW),
                account);
    }
}
