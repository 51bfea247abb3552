package io.github.pecmailproxy.internal.queue;

import static io.github.pecmailproxy.testing.WrongValue.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.compose.ComposerSettings;
import io.github.pecmailproxy.internal.compose.MessageComposer;
import io.github.pecmailproxy.internal.lifecycle.MaximumAge;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.queue.EnqueueResult;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.SettableClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host may do with the queue, and what it is told. */
class StoreMessageQueueTest {
    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);
    private final AtomicInteger nudges = new AtomicInteger();
    private final MessageComposer composer = new MessageComposer(store.id(), ComposerSettings.defaults(), clock);
    private List<MailAccount> accounts = List.of(Samples.pecAccount());
    private final StoreMessageQueue queue = queue();

    private StoreMessageQueue queue() {
        return queue(MaximumAge.UNLIMITED);
    }

    private StoreMessageQueue queue(MaximumAge maximumAge) {
        AccountSource source = () -> accounts;
        return new StoreMessageQueue(store, source, composer, clock, Priority.LOW, maximumAge, nudges::incrementAndGet);
    }

    // ---- enqueueing

    @Test
    void notesWhenAMessageIsTooOld() {
        queue(new MaximumAge(Duration.ofDays(2))).enqueue(message("m1").build());
        assertThat(store.get("m1").deadline()).isEqualTo(clock.instant().plus(Duration.ofDays(2)));
    }

    @Test
    void refusesToDeferAMessageUntilItIsTooOld() {
        StoreMessageQueue impatient = queue(new MaximumAge(Duration.ofDays(2)));
        OutgoingMessage late = message("m1")
                .deferUntil(clock.instant().plus(Duration.ofDays(2)))
                .build();
        assertThatThrownBy(() -> impatient.enqueue(late))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("deferred_ts");
    }

    @Test
    void storesAMessageThatWaits() {
        EnqueueResult result = queue.enqueue(message("m1").build());
        assertThat(result).isInstanceOf(EnqueueResult.Queued.class);
        TrackedMessage stored = store.get("m1");
        assertThat(stored.state()).isEqualTo(MessageState.QUEUED);
        assertThat(stored.version()).isEqualTo(1);
        assertThat(stored.dueAt()).isEqualTo(clock.instant());
        assertThat(stored.priority()).isEqualTo(Priority.LOW);
        assertThat(events("m1")).containsExactly(EventType.QUEUED);
    }

    @Test
    void fixesTheMessageIdThatTheMessageIsSentWith() {
        queue.enqueue(message("m1").build());
        String messageId = store.get("m1").messageId();
        assertThat(content("m1")).contains("Message-ID: " + messageId);
        assertThat(composer.messageIds().isOurs(messageId)).isTrue();
    }

    @Test
    void tellsTheDispatcherThatThereIsSomethingToSend() {
        queue.enqueue(message("m1").build());
        assertThat(nudges).hasValue(1);
    }

    @Test
    void recognisesTheSameMessageAndChangesNothing() {
        queue.enqueue(message("m1").build());
        TrackedMessage before = store.get("m1");
        clock.advance(Duration.ofSeconds(5));
        assertThat(queue.enqueue(message("m1").build())).isEqualTo(new EnqueueResult.AlreadyQueued(before));
        assertThat(store.get("m1")).isEqualTo(before);
        assertThat(events("m1")).hasSize(1);
    }

    @Test
    void refusesAnotherMessageOfTheSameIdAndKeepsTheFirst() {
        queue.enqueue(message("m1").build());
        TrackedMessage before = store.get("m1");
        String content = content("m1");
        refused(
                "id",
                "is taken",
                () -> queue.enqueue(message("m1").text("altro").build()));
        assertThat(store.get("m1")).isEqualTo(before);
        assertThat(content("m1")).isEqualTo(content);
    }

    @Test
    void refusesAnInvalidMessageOfTheSameIdAndKeepsTheFirst() {
        queue.enqueue(message("m1").build());
        TrackedMessage before = store.get("m1");
        refused(
                "bcc",
                "certified mail",
                () -> queue.enqueue(message("m1").bcc("x@pec.example").build()));
        assertThat(store.get("m1")).isEqualTo(before);
    }

    @Test
    void keepsTheGoodOnesOfABatchInTheirOrder() {
        List<EnqueueResult> results = queue.enqueue(List.of(
                message("m1").build(),
                message("m2").bcc("x@pec.example").build(),
                message("m3").account("unknown").build(),
                message("m4").build()));
        assertThat(results).extracting(result -> result.key().id()).containsExactly("m1", "m2", "m3", "m4");
        assertThat(results.get(0)).isInstanceOf(EnqueueResult.Queued.class);
        assertThat(results.get(1))
                .isInstanceOfSatisfying(
                        EnqueueResult.Rejected.class,
                        rejected -> assertThat(rejected.field()).isEqualTo("bcc"));
        assertThat(results.get(2))
                .isInstanceOfSatisfying(
                        EnqueueResult.Rejected.class,
                        rejected -> assertThat(rejected.reason())
                                .isEqualTo("account: does not exist: \"default/unknown\""));
        assertThat(results.get(3)).isInstanceOf(EnqueueResult.Queued.class);
        assertThat(store.all()).hasSize(2);
    }

    @Test
    void rejectsOnlyTheMessageWhoseAttachmentCannotBeRead() {
        Attachment broken = Attachment.of("a.pdf", "application/pdf", () -> {
            throw new IOException("gone");
        });
        List<EnqueueResult> results = queue.enqueue(
                List.of(message("m1").attach(broken).build(), message("m2").build()));
        assertThat(results.get(0)).isInstanceOf(EnqueueResult.Rejected.class);
        assertThat(results.get(1)).isInstanceOf(EnqueueResult.Queued.class);
    }

    @Test
    void readsAnAttachedFileWhenItIsEnqueuedAndNeverAgain(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("atto.pdf"), "as it was enqueued");
        OutgoingMessage attached =
                message("m1").attach(Attachment.of(file, "application/pdf")).build();
        queue.enqueue(attached);
        Files.delete(file);

        try (InputStream stored =
                store.content(MessageKey.of("m1")).orElseThrow().open()) {
            assertThat(new String(stored.readAllBytes(), StandardCharsets.US_ASCII))
                    .contains(Base64.getEncoder()
                            .encodeToString("as it was enqueued".getBytes(StandardCharsets.US_ASCII)))
                    .doesNotContain(directory.toString());
        }
    }

    @Test
    void takesMoreThanAThousandAtOnce() {
        List<OutgoingMessage> many = new ArrayList<>();
        for (int i = 0; i < 1_050; i++) {
            many.add(message("m" + i).build());
        }
        assertThat(queue.enqueue(many)).hasSize(1_050).allMatch(EnqueueResult.Queued.class::isInstance);
        assertThat(nudges).hasValue(1);
    }

    @Test
    void twoOfTheSameIdInOneBatchAreOne() {
        List<EnqueueResult> results =
                queue.enqueue(List.of(message("m1").build(), message("m1").build()));
        assertThat(results.get(0)).isInstanceOf(EnqueueResult.Queued.class);
        assertThat(results.get(1)).isInstanceOf(EnqueueResult.AlreadyQueued.class);
    }

    @Test
    void keepsTheSameIdsOfTwoTenantsApart() {
        MailAccount acme = Samples.pec("pec").tenant("acme").build();
        accounts = List.of(Samples.pecAccount(), acme);
        queue.enqueue(message("m1").build());
        assertThat(queue.enqueue(message("m1").tenant("acme").text("altro").build()))
                .isInstanceOf(EnqueueResult.Queued.class);
    }

    @Test
    void takesNoAccountOfAnotherTenant() {
        refused(
                "account",
                "does not exist",
                () -> queue.enqueue(message("m1").tenant("acme").build()));
    }

    @Test
    void leavesNothingBehindWhenTheStoreFails() {
        store.before(operation -> {
            throw new RetryableStoreException("away", null);
        });
        assertThatThrownBy(() -> queue.enqueue(message("m1").build())).hasMessage("away");
        assertThat(store.all()).isEmpty();
        assertThat(nudges).hasValue(0);
    }

    @Test
    void holdsAMessageBackUntilItsTime() {
        queue.enqueue(message("m1").deferUntil(clock.instant().plusSeconds(60)).build());
        assertThat(store.get("m1").dueAt()).isEqualTo(clock.instant().plusSeconds(60));
        assertThat(store.events(MessageKey.of("m1")).get(0).data().text("due_ts"))
                .contains(String.valueOf(clock.instant().plusSeconds(60).getEpochSecond()));
    }

    @Test
    void sendsAMessageAtOnceWhoseTimeIsPast() {
        queue.enqueue(message("m1").deferUntil(clock.instant().minusSeconds(60)).build());
        assertThat(store.get("m1").dueAt()).isEqualTo(clock.instant());
    }

    @Test
    void rejectsByExceptionOnlyWhereOneMessageIsGiven() {
        assertThatThrownBy(() -> queue.enqueue(message("m1").account("unknown").build()))
                .isInstanceOf(InvalidValueException.class);
        assertThat(queue.enqueue(List.of(message("m1").account("unknown").build()))
                        .get(0))
                .isInstanceOf(EnqueueResult.Rejected.class);
    }

    // ---- what is queued

    @Test
    void cancelsOnceWhatWaits() {
        queue.enqueue(message("m1").build());
        assertThat(queue.cancel(MessageKey.of("m1"))).isTrue();
        assertThat(queue.cancel(MessageKey.of("m1"))).isFalse();
        assertThat(events("m1")).containsExactly(EventType.QUEUED, EventType.CANCELLED);
    }

    @Test
    void cancelsNothingThatIsNotThere() {
        assertThat(queue.cancel(MessageKey.of("unknown"))).isFalse();
    }

    @Test
    void decidesAgainWhenTheMessageMovedOnMeanwhile() {
        queue.enqueue(message("m1").build());
        AtomicInteger calls = new AtomicInteger();
        store.before(operation -> {
            if (operation.equals("apply") && calls.getAndIncrement() == 0) {
                store.put(store.get("m1").next().build());
            }
        });
        assertThat(queue.cancel(MessageKey.of("m1"))).isTrue();
        assertThat(store.get("m1").version()).isEqualTo(3);
    }

    @Test
    void doesNotCancelWhatWasLeasedMeanwhile() {
        queue.enqueue(message("m1").build());
        store.before(operation -> {
            if (operation.equals("apply")) {
                store.put(Samples.leased(store.get("m1"), clock.instant().plusSeconds(60)));
            }
        });
        assertThat(queue.cancel(MessageKey.of("m1"))).isFalse();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENDING);
    }

    @Test
    void letsADeferredMessageGoNow() {
        queue.enqueue(message("m1").deferUntil(clock.instant().plusSeconds(60)).build());
        assertThat(queue.runNow(MessageKey.of("m1"))).isTrue();
        assertThat(store.get("m1").dueAt()).isEqualTo(clock.instant());
        assertThat(nudges).hasValue(2);
    }

    @Test
    void decidesDoubts() {
        for (String id : List.of("m1", "m2", "m3")) {
            store.put(Samples.pecMessage(id, "anna@pec.example")
                    .next()
                    .state(MessageState.IN_DOUBT)
                    .build());
        }
        assertThat(queue.resend(MessageKey.of("m1"))).isTrue();
        assertThat(queue.markSent(MessageKey.of("m2"))).isTrue();
        assertThat(queue.fail(MessageKey.of("m3"), "inviato a mano")).isTrue();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.DEFERRED);
        assertThat(store.get("m2").state()).isEqualTo(MessageState.SENT);
        assertThat(store.get("m3").state()).isEqualTo(MessageState.FAILED);
        assertThat(queue.resend(MessageKey.of("m3"))).isFalse();
    }

    @Test
    void theSecondOfTwoPeopleDecidesNothing() {
        store.put(Samples.pecMessage("m1", "anna@pec.example")
                .next()
                .state(MessageState.IN_DOUBT)
                .build());
        AtomicInteger calls = new AtomicInteger();
        store.before(operation -> {
            if (operation.equals("apply") && calls.getAndIncrement() == 0) {
                assertThat(queue.markSent(MessageKey.of("m1"))).isTrue();
            }
        });

        assertThat(queue.resend(MessageKey.of("m1"))).isFalse();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.SENT);
        assertThat(events("m1")).containsExactly(EventType.SENT);
    }

    @Test
    void doesNotSendAgainWhatAReceiptResolvesMeanwhile() {
        store.put(Samples.pecMessage("m1", "anna@pec.example")
                .next()
                .state(MessageState.IN_DOUBT)
                .doubtSince(clock.instant())
                .build());
        store.before(operation -> {
            if (operation.equals("apply") && store.get("m1").state() == MessageState.IN_DOUBT) {
                store.put(store.get("m1")
                        .next()
                        .state(MessageState.ACCEPTED)
                        .doubtSince(null)
                        .build());
            }
        });

        assertThat(queue.resend(MessageKey.of("m1"))).isFalse();
        assertThat(queue.fail(MessageKey.of("m1"), "lost")).isFalse();
        assertThat(store.get("m1").state()).isEqualTo(MessageState.ACCEPTED);
        assertThat(events("m1")).isEmpty();
    }

    @Test
    void suspendsAndActivates() {
        SuspensionScope scope = new SuspensionScope.Batch("default", "gennaio");
        queue.suspend(scope, "not yet");
        assertThat(queue.suspensions()).containsExactly(new Suspension(scope, "not yet", clock.instant()));
        assertThat(queue.activate(scope)).isTrue();
        assertThat(queue.activate(scope)).isFalse();
        assertThat(nudges).hasValue(2);
    }

    @Test
    void listsWhatIsThere() {
        queue.enqueue(message("m1").build());
        assertThat(queue.list(MessageFilter.ALL.inState(MessageState.QUEUED))).hasSize(1);
        assertThat(queue.list(MessageFilter.ALL.inState(MessageState.SENT))).isEmpty();
    }

    @Test
    void looksForWorkAtOnce() {
        queue.runNow();
        assertThat(nudges).hasValue(1);
    }

    private String content(String id) {
        try (var stream = store.content(MessageKey.of(id)).orElseThrow().open()) {
            return new String(stream.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private List<EventType> events(String id) {
        return store.events(MessageKey.of(id)).stream().map(MessageEvent::type).toList();
    }

    private static OutgoingMessage.Builder message(String id) {
        return OutgoingMessage.builder()
                .id(id)
                .account("pec")
                .from(Samples.SENDER)
                .to("anna@pec.example")
                .subject("Comunicazione")
                .text("uno");
    }
}
