package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.ChangeFixture.event;
import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.message.EventData;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.NewEvent;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.StoreException;
import io.github.pecmailproxy.store.StoreTransaction;
import io.github.pecmailproxy.store.StoredContent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves both {@code enqueue}s. */
interface EnqueueContract extends StoreUnderTest {
    @Test
    default void enqueuesNothing() {
        assertThat(store().enqueue(List.of())).isEmpty();
        assertThat(store().messages(MessageFilter.ALL)).isEmpty();
    }

    @Test
    default void returnsTheStoredMessageAsItIsFoundLater() {
        NewMessage given = message("one").build();

        TrackedMessage stored = enqueue(given);

        assertThat(stored.sequence()).isPositive();
        assertThat(stored).isEqualTo(Exactly.withSequence(given.message(), stored.sequence()));
        assertThat(store().message(given.message().key())).contains(stored);
    }

    @Test
    default void givesAscendingSequencesInListOrderAndFromCallToCall() {
        List<TrackedMessage> messages = new ArrayList<>(enqueueAll(message("c"), message("a"), message("b")));
        messages.add(enqueue(message("0")));
        messages.addAll(enqueueAll(message("z").tenant("other"), message("y").account("other")));

        assertThat(messages)
                .extracting(TrackedMessage::sequence)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(messages).extracting(found -> found.key().id()).containsExactly("c", "a", "b", "0", "z", "y");
    }

    @Test
    default void ignoresTheSequenceOfANewMessage() {
        NewMessage first = message("first").build();
        NewMessage next = message("second").build();
        TrackedMessage claimed = Exactly.withSequence(next.message(), 1_000_000);

        TrackedMessage stored = enqueue(first);
        TrackedMessage second = enqueue(new NewMessage(claimed, next.content(), List.of()));

        assertThat(second.sequence()).isGreaterThan(stored.sequence()).isNotEqualTo(1_000_000);
    }

    @Test
    default void storesTheEventsInOrder() {
        NewEvent queued = event(EventType.QUEUED, NOW);
        NewEvent deferred = new NewEvent(EventType.DEFERRED, NOW.plusSeconds(1), EventData.of("reason", "later"));
        TrackedMessage stored =
                enqueue(message("one").enqueuedAt(NOW.minusSeconds(3)).events(queued, deferred));

        List<MessageEvent> events = store().events(stored.key());

        assertThat(withoutSequences(events)).containsExactly(queued, deferred);
        assertThat(events).extracting(MessageEvent::message).containsOnly(stored.key());
        assertThat(events).extracting(MessageEvent::sequence).isSorted().doesNotHaveDuplicates();
        assertThat(events).extracting(MessageEvent::recordedAt).containsOnly(stored.enqueuedAt());
    }

    @Test
    default void storesAMessageWithoutEvents() {
        TrackedMessage stored = enqueue(message("one").events());

        assertThat(store().events(stored.key())).isEmpty();
    }

    @Test
    default void saysThatTheSameMessageIsAlreadyStored() {
        NewMessage given = message("one").build();
        TrackedMessage stored = enqueue(given);

        List<EnqueueOutcome> again = store().enqueue(List.of(given));

        assertThat(again).containsExactly(new EnqueueOutcome.AlreadyStored(stored));
        assertThat(store().events(stored.key())).hasSize(1);
        assertThat(store().messages(MessageFilter.ALL)).containsExactly(stored);
    }

    @Test
    default void returnsTheMessageThatIsAlreadyStoredAsItIsNow() {
        NewMessage given = message("one").build();
        enqueue(given);
        TrackedMessage leased = leaseOne();

        assertThat(store().enqueue(List.of(given))).containsExactly(new EnqueueOutcome.AlreadyStored(leased));
        assertThat(current(leased)).isEqualTo(leased);
    }

    @Test
    default void recognisesARepetitionByTheFingerprintAlone() {
        TrackedMessage stored = enqueue(message("one").fingerprint(Sha256.hex("same")));

        NewMessage again = message("one")
                .fingerprint(Sha256.hex("same"))
                .subject("Another subject")
                .account("another")
                .content(BytesContent.of("another content"))
                .build();

        assertThat(store().enqueue(List.of(again))).containsExactly(new EnqueueOutcome.AlreadyStored(stored));
        assertThat(current(stored)).isEqualTo(stored);
        assertThat(contentOf(stored.key())).isNotEqualTo(bytes(again.content()));
    }

    @Test
    default void refusesAnotherMessageUnderTheSameKeyAndKeepsTheFirst() {
        TrackedMessage stored = enqueue(message("one").subject("First"));
        byte[] content = contentOf(stored.key());

        NewMessage other = message("one")
                .subject("Second")
                .fingerprint(Sha256.hex("second"))
                .content(BytesContent.of("second content"))
                .build();

        assertThat(store().enqueue(List.of(other))).containsExactly(new EnqueueOutcome.KeyTaken(stored));
        assertThat(current(stored)).isEqualTo(stored);
        assertThat(contentOf(stored.key())).isEqualTo(content);
        assertThat(store().events(stored.key())).hasSize(1);
        assertThat(store().messages(MessageFilter.ALL)).containsExactly(stored);
    }

    @Test
    default void treatsTwoOfTheSameKeyInOneCallAsTwoCalls() {
        NewMessage first = message("one").build();
        NewMessage other = message("one").fingerprint(Sha256.hex("other")).build();

        List<EnqueueOutcome> outcomes = store().enqueue(List.of(
                first, message("two").build(), first, other, message("three").build()));

        TrackedMessage stored = stored(outcomes.get(0));
        assertThat(outcomes.get(2)).isEqualTo(new EnqueueOutcome.AlreadyStored(stored));
        assertThat(outcomes.get(3)).isEqualTo(new EnqueueOutcome.KeyTaken(stored));
        assertThat(store().events(stored.key())).hasSize(1);
        assertThat(idsOf(store().messages(MessageFilter.ALL))).containsExactly("one", "two", "three");
    }

    @Test
    default void storesWhatCanBeStoredWhateverBecomesOfTheOthers() {
        enqueue(message("taken"));

        List<EnqueueOutcome> outcomes = store().enqueue(List.of(
                message("new").build(),
                message("taken").build(),
                message("taken").fingerprint(Sha256.hex("other")).build(),
                message("newer").build()));

        assertThat(outcomes)
                .extracting(outcome -> outcome.getClass().getSimpleName())
                .containsExactly("Stored", "AlreadyStored", "KeyTaken", "Stored");
        assertThat(idsOf(store().messages(MessageFilter.ALL))).containsExactly("taken", "new", "newer");
    }

    @Test
    default void tellsTheMessagesOfTwoTenantsApart() {
        TrackedMessage mine = enqueue(message("same").tenant("mine").fingerprint(Sha256.hex("1")));
        TrackedMessage yours = enqueue(message("same")
                .tenant("yours")
                .fingerprint(Sha256.hex("2"))
                .subject("Yours")
                .content(BytesContent.of("yours")));

        assertThat(current(mine)).isEqualTo(mine);
        assertThat(current(yours))
                .isEqualTo(yours)
                .extracting(TrackedMessage::subject)
                .isEqualTo("Yours");
        assertThat(contentOf(yours.key())).isEqualTo(BytesContent.of("yours").bytes());
        assertThat(contentOf(mine.key())).isNotEqualTo(contentOf(yours.key()));
    }

    @Test
    default void comparesKeysExactly() {
        // What collations of databases fold together: case, accents, width, composition, sharp s, and emoji to nothing.
        List<String> ids = List.of(
                "e",
                "E",
                "é",
                "e\u0301",
                "É",
                "ｅ",
                "ss",
                "ß",
                "1",
                "¹",
                "①",
                "\uD83D\uDE00",
                "\uD83D\uDE01",
                "a%",
                "a_",
                "ab",
                "a\\",
                "a'",
                "a b",
                "a  b");
        for (String id : ids) {
            enqueue(message(id));
            enqueue(message("tenants").tenant(id));
        }

        assertThat(store().messages(MessageFilter.ALL)).hasSize(2 * ids.size());
        for (String id : ids) {
            assertThat(current(MessageKey.of(id)).key().id()).isEqualTo(id);
            assertThat(current(new MessageKey(id, "tenants")).key().tenant()).isEqualTo(id);
            assertThat(store().messages(MessageFilter.ALL.ofTenant(id))).hasSize(1);
        }
    }

    @Test
    default void keepsKeysOfTheGreatestLength() {
        String tenant = "\u20AC".repeat(MessageKey.LONGEST_TENANT);
        String id = "\uD83D\uDE00".repeat(MessageKey.LONGEST_ID / 2);

        TrackedMessage stored = enqueue(message(id).tenant(tenant));

        assertThat(store().message(new MessageKey(tenant, id))).contains(stored);
    }

    @Test
    default void keepsContentByteForByte() {
        byte[] everyByte = new byte[512];
        for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) i;
        }
        BytesContent given = BytesContent.of(everyByte);
        TrackedMessage stored = enqueue(message("one").content(given));

        StoredContent content = store().content(stored.key()).orElseThrow();

        assertThat(bytes(content)).isEqualTo(everyByte);
        assertThat(content.size()).isEqualTo(512);
        assertThat(content.sha256()).isEqualTo(given.sha256());
    }

    @Test
    default void keepsEmptyContent() {
        TrackedMessage stored = enqueue(message("one").content(BytesContent.of("")));

        StoredContent content = store().content(stored.key()).orElseThrow();

        assertThat(bytes(content)).isEmpty();
        assertThat(content.size()).isZero();
    }

    @Test
    default void keepsContentOfAnySizeAroundPowersOfTwo() {
        List<Integer> sizes = List.of(
                1,
                1_023,
                1_024,
                1_025,
                4_095,
                4_096,
                4_097,
                8_191,
                8_193,
                65_535,
                65_536,
                65_537,
                262_143,
                262_145,
                1 << 20,
                (1 << 20) + 1);
        for (int size : sizes) {
            BytesContent given = BytesContent.random(size, size);
            TrackedMessage stored = enqueue(message("of " + size).content(given));

            assertThat(contentOf(stored.key())).as("content of %s bytes", size).isEqualTo(given.bytes());
        }
    }

    @Test
    default void keepsContentOfSeveralMegabytes() {
        BytesContent given = BytesContent.random(7 * 1024 * 1024 + 13, 42);
        TrackedMessage stored = enqueue(message("large").content(given));

        StoredContent content = store().content(stored.key()).orElseThrow();

        assertThat(content.size()).isEqualTo(given.size());
        assertThat(Sha256.hex(bytes(content))).isEqualTo(given.sha256());
    }

    @Test
    default void readsContentAnyNumberOfTimesAlsoSideBySide() throws Exception {
        BytesContent given = BytesContent.random(300_000, 7);
        TrackedMessage stored = enqueue(message("one").content(given));
        StoredContent content = store().content(stored.key()).orElseThrow();

        try (var first = content.open();
                var second = content.open()) {
            assertThat(first.readNBytes(1_000)).isEqualTo(second.readNBytes(1_000));
            assertThat(first.readAllBytes()).isEqualTo(second.readAllBytes());
        }
        try (var abandoned = content.open()) {
            assertThat(abandoned.read()).isEqualTo(given.bytes()[0] & 0xFF);
        }
        assertThat(bytes(content)).isEqualTo(given.bytes());
    }

    @Test
    default void readsGivenContentOnceAndClosesIt() {
        BytesContent given = BytesContent.random(100_000, 3);

        enqueue(message("one").content(given));

        assertThat(given.opened()).isEqualTo(1);
        assertThat(given.closed()).isEqualTo(1);
    }

    @Test
    default void doesNotKeepHoldOfTheCallersBytes() {
        byte[] bytes = {1, 2, 3};
        StoredContent shared = new StoredContent() {
            @Override
            public long size() {
                return bytes.length;
            }

            @Override
            public String sha256() {
                return Sha256.hex(new byte[] {1, 2, 3});
            }

            @Override
            public java.io.InputStream open() {
                return new java.io.ByteArrayInputStream(bytes);
            }
        };
        TrackedMessage stored = enqueue(message("one").content(shared));
        bytes[0] = 9;

        assertThat(contentOf(stored.key())).containsExactly(1, 2, 3);
    }

    @Test
    default void leavesNothingBehindWhenTheContentCannotBeRead() {
        store().registerSink("sink");
        NewMessage broken =
                message("broken").content(new BrokenContent(200_000)).build();

        assertThatThrownBy(() -> store().enqueue(List.of(broken))).isInstanceOf(StoreException.class);

        assertThat(store().message(broken.message().key())).isEmpty();
        assertThat(store().content(broken.message().key())).isEmpty();
        assertThat(store().events(broken.message().key())).isEmpty();
        assertThat(store().messages(MessageFilter.ALL)).isEmpty();
        assertThat(pending("sink")).isEmpty();
        assertThat(leasedIds(10)).isEmpty();
    }

    @Test
    default void canRepeatACallThatThrew() {
        NewMessage good = message("good").build();
        NewMessage broken = message("bad").content(new BrokenContent(10)).build();
        NewMessage mended = message("bad").build();
        assertThatThrownBy(() -> store().enqueue(List.of(good, broken))).isInstanceOf(StoreException.class);

        assertThat(store().enqueue(List.of(good, mended))).hasSize(2);

        assertThat(store().messages(MessageFilter.ALL))
                .extracting(found -> found.key().id())
                .containsExactlyInAnyOrder("good", "bad");
        assertThat(store().events(good.message().key())).hasSize(1);
        assertThat(store().events(mended.message().key())).hasSize(1);
        assertThat(contentOf(mended.message().key())).isEqualTo(bytes(mended.content()));
    }

    @Test
    default void refusesToJoinATransactionItDoesNotKnow() {
        NewMessage given = message("one").build();

        assertThatThrownBy(() -> store().enqueue(List.of(given), new StoreTransaction() {}))
                .isInstanceOf(StoreException.class);

        assertThat(store().messages(MessageFilter.ALL)).isEmpty();
        assertThat(stored(store().enqueue(List.of(given)).get(0)).key())
                .isEqualTo(given.message().key());
    }

    @Test
    default void storesManyMessagesInOneCall() {
        List<NewMessage> many = new ArrayList<>();
        for (int i = 0; i < 1_200; i++) {
            many.add(message("message " + i).build());
        }

        List<EnqueueOutcome> outcomes = store().enqueue(many);

        assertThat(outcomes).hasSize(1_200).allMatch(EnqueueOutcome.Stored.class::isInstance);
        assertThat(outcomes)
                .extracting(this::stored)
                .isSortedAccordingTo(Comparator.comparing(TrackedMessage::sequence));
        assertThat(contentOf(many.get(1_199).message().key()))
                .isEqualTo(bytes(many.get(1_199).content()));
    }
}
