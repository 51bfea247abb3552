package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.MessageFilter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves {@code message}, {@code messages}, the lookups by identifier, {@code content} and {@code events}. */
interface LookupContract extends StoreUnderTest {
    default TrackedMessage withProviderMessageId(TrackedMessage message, String providerMessageId) {
        return applied(new MessageChange(
                message.next().providerMessageId(providerMessageId).build(), List.of()));
    }

    @Test
    default void findsNothingAboutAMessageThatIsNotThere() {
        enqueue(message("one"));
        MessageKey unknown = new MessageKey("another", "one");

        assertThat(store().message(unknown)).isEmpty();
        assertThat(store().content(unknown)).isEmpty();
        assertThat(store().events(unknown)).isEmpty();
        assertThat(store().messages(MessageFilter.ALL.ofTenant("another"))).isEmpty();
    }

    @Test
    default void findsMessagesByMessageIdWithinTheAccountAlone() {
        TrackedMessage mine = enqueue(message("1").messageId("<Same@host>"));
        TrackedMessage other = enqueue(message("2").messageId("<same@host>"));
        TrackedMessage otherAccount = enqueue(message("3").account("other").messageId("<Same@host>"));
        TrackedMessage otherTenant = enqueue(message("1").tenant("other").messageId("<Same@host>"));

        assertThat(store().messagesByMessageId(ACCOUNT, List.of("<Same@host>"))).containsExactly(mine);
        assertThat(store().messagesByMessageId(ACCOUNT, List.of("<same@host>", "<nobody@host>", "<Same@host>")))
                .containsExactlyInAnyOrder(mine, other);
        assertThat(store().messagesByMessageId(new AccountKey("default", "other"), List.of("<Same@host>")))
                .containsExactly(otherAccount);
        assertThat(store().messagesByMessageId(new AccountKey("other", "acc"), List.of("<Same@host>")))
                .containsExactly(otherTenant);
        assertThat(store().messagesByMessageId(
                                ACCOUNT, List.of("Same@host", "<SAME@host>", "<Same@host> ", "<S%@host>", "")))
                .isEmpty();
        assertThat(store().messagesByMessageId(ACCOUNT, List.of())).isEmpty();
    }

    @Test
    default void findsMessagesByMessageIdAsTheyAreNow() {
        enqueue(message("1").messageId("<1@host>"));
        TrackedMessage leased = leaseOne();

        assertThat(store().messagesByMessageId(ACCOUNT, List.of("<1@host>"))).containsExactly(leased);
    }

    @Test
    default void findsEachMessageOnceHoweverOftenItIsAskedFor() {
        TrackedMessage mine = enqueue(message("1").messageId("<1@host>"));
        withProviderMessageId(mine, "opec1");

        assertThat(store().messagesByMessageId(ACCOUNT, List.of("<1@host>", "<1@host>")))
                .hasSize(1);
        assertThat(store().messagesByProviderMessageId(ACCOUNT, List.of("opec1", "opec1")))
                .hasSize(1);
    }

    @Test
    default void findsMessagesByTheProvidersIdentifierWithinTheAccountAlone() {
        TrackedMessage mine = withProviderMessageId(enqueue(message("1")), "opec2941.A");
        TrackedMessage other = withProviderMessageId(enqueue(message("2")), "opec2941.a");
        withProviderMessageId(enqueue(message("3").account("other")), "opec2941.A");
        withProviderMessageId(enqueue(message("1").tenant("other")), "opec2941.A");
        enqueue(message("4"));

        assertThat(store().messagesByProviderMessageId(ACCOUNT, List.of("opec2941.A")))
                .containsExactly(mine);
        assertThat(store().messagesByProviderMessageId(ACCOUNT, List.of("opec2941.a", "opec2941.A")))
                .containsExactlyInAnyOrder(mine, other);
        assertThat(store().messagesByProviderMessageId(ACCOUNT, List.of("opec2941._", "", "null")))
                .isEmpty();
        assertThat(store().messagesByProviderMessageId(ACCOUNT, List.of())).isEmpty();
    }

    @Test
    default void findsMessagesAmongManyIdentifiersAskedFor() {
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            asked.add("<" + i + "@host>");
        }
        enqueueAll(
                message("first").messageId("<0@host>"),
                message("middle").messageId("<1500@host>"),
                message("last").messageId("<2999@host>"));
        withProviderMessageId(current(MessageKey.of("last")), "<2999@host>");

        assertThat(idsOf(store().messagesByMessageId(ACCOUNT, asked)))
                .containsExactlyInAnyOrder("first", "middle", "last");
        assertThat(idsOf(store().messagesByProviderMessageId(ACCOUNT, asked))).containsExactly("last");
    }

    @Test
    default void listsMessagesInTheOrderOfEnqueueingAndInReverse() {
        enqueueAll(message("b"), message("c").tenant("other"), message("a"));
        leaseOne();

        assertThat(idsOf(store().messages(MessageFilter.ALL))).containsExactly("b", "c", "a");
        assertThat(idsOf(store().messages(MessageFilter.ALL.reversed()))).containsExactly("a", "c", "b");
    }

    @Test
    default void pagesInBothDirections() {
        List<TrackedMessage> all = enqueueAll(message("1"), message("2"), message("3"), message("4"), message("5"));
        MessageFilter two = MessageFilter.ALL.limit(2);

        assertThat(store().messages(two)).containsExactly(all.get(0), all.get(1));
        assertThat(store().messages(two.after(all.get(1).sequence()))).containsExactly(all.get(2), all.get(3));
        assertThat(store().messages(two.after(all.get(3).sequence()))).containsExactly(all.get(4));
        assertThat(store().messages(two.after(all.get(4).sequence()))).isEmpty();
        MessageFilter back = two.reversed();
        assertThat(store().messages(back)).containsExactly(all.get(4), all.get(3));
        assertThat(store().messages(back.after(all.get(3).sequence()))).containsExactly(all.get(2), all.get(1));
        assertThat(store().messages(back.after(all.get(1).sequence()))).containsExactly(all.get(0));
        assertThat(store().messages(back.after(all.get(0).sequence()))).isEmpty();
    }

    @Test
    default void pagesThroughEachMessageOnceThoughOthersAreInsertedAndMove() {
        enqueueAll(message("1"), message("2"), message("3"), message("4"), message("5"));
        List<String> forward = new ArrayList<>();
        List<String> back = new ArrayList<>();
        MessageFilter next = MessageFilter.ALL.limit(2);
        MessageFilter previous = next.reversed();
        for (int round = 0; round < 3; round++) {
            List<TrackedMessage> page = store().messages(next);
            List<TrackedMessage> pageBack = store().messages(previous);
            forward.addAll(idsOf(page));
            back.addAll(idsOf(pageBack));
            enqueue(message("inserted " + round));
            leaseOne();
            next = next.after(page.get(page.size() - 1).sequence());
            previous = previous.after(pageBack.get(pageBack.size() - 1).sequence());
        }

        assertThat(forward).containsExactly("1", "2", "3", "4", "5", "inserted 0");
        assertThat(back).containsExactly("5", "4", "3", "2", "1");
    }

    @Test
    default void listsWhatFulfilsEveryCondition() {
        enqueueAll(
                message("1").batch("x"),
                message("2").batch("X"),
                message("3").account("other").batch("x"),
                message("4"),
                message("5").tenant("other").batch("x"),
                message("6").batch("x"));
        leaseOne();

        assertThat(idsOf(store().messages(MessageFilter.ALL.ofTenant("default"))))
                .containsExactly("1", "2", "3", "4", "6");
        assertThat(idsOf(store().messages(MessageFilter.ALL.ofTenant("default").ofAccount("acc"))))
                .containsExactly("1", "2", "4", "6");
        assertThat(idsOf(store().messages(MessageFilter.ALL.ofBatch("x")))).containsExactly("1", "3", "5", "6");
        assertThat(idsOf(store().messages(MessageFilter.ALL.ofTenant("default").ofBatch("x"))))
                .containsExactly("1", "3", "6");
        assertThat(idsOf(store().messages(MessageFilter.ALL.inState(MessageState.SENDING))))
                .containsExactly("1");
        assertThat(idsOf(store().messages(MessageFilter.ALL.inState(MessageState.SENDING, MessageState.FAILED))))
                .containsExactly("1");
        assertThat(idsOf(store().messages(MessageFilter.ALL
                        .ofTenant("default")
                        .ofAccount("acc")
                        .ofBatch("x")
                        .inState(MessageState.QUEUED)
                        .reversed())))
                .containsExactly("6");
    }

    @Test
    default void comparesFiltersExactly() {
        enqueueAll(
                message("1").batch("50%"),
                message("2").batch("50_"),
                message("3").batch("50x"),
                message("4").tenant("de%"));

        assertThat(idsOf(store().messages(MessageFilter.ALL.ofBatch("50%")))).containsExactly("1");
        assertThat(idsOf(store().messages(MessageFilter.ALL.ofBatch("50_")))).containsExactly("2");
        assertThat(idsOf(store().messages(MessageFilter.ALL.ofBatch("%")))).isEmpty();
        assertThat(idsOf(store().messages(MessageFilter.ALL.ofTenant("de%")))).containsExactly("4");
        assertThat(idsOf(store().messages(MessageFilter.ALL.ofTenant("DEFAULT"))))
                .isEmpty();
    }

    @Test
    default void pagesThroughWhatAFilterLeaves() {
        for (int i = 0; i < 12; i++) {
            enqueue(message("message " + i).batch(i % 3 == 0 ? "third" : "other"));
        }
        MessageFilter filter = MessageFilter.ALL.ofBatch("third").limit(2);
        List<TrackedMessage> page = store().messages(filter);

        assertThat(idsOf(page)).containsExactly("message 0", "message 3");
        assertThat(idsOf(store().messages(filter.after(page.get(1).sequence()))))
                .containsExactly("message 6", "message 9");
    }
}
