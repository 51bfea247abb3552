package io.github.pecmailproxy.store.contract;

import static io.github.pecmailproxy.store.contract.MessageFixture.message;
import static io.github.pecmailproxy.store.contract.ReceiptFixture.receipt;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.NewReceipt;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredContent;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Proves {@code receipts}, {@code receiptContent} and {@code knownReceipts}. */
interface ReceiptLookupContract extends StoreUnderTest {
    default List<String> fingerprints(List<ReceiptRecord> records) {
        return records.stream().map(ReceiptRecord::fingerprint).toList();
    }

    default String fingerprint(String name) {
        return Sha256.hex("receipt " + name);
    }

    @Test
    default void findsNoReceiptsInAnEmptyStore() {
        assertThat(store().receipts(ReceiptFilter.ALL)).isEmpty();
        assertThat(store().receiptContent(1)).isEmpty();
        assertThat(store().knownReceipts(ACCOUNT, List.of(fingerprint("r")), List.of("e")))
                .isEmpty();
        assertThat(store().cursor(INBOX)).isEmpty();
    }

    @Test
    default void listsReceiptsInTheOrderOfStoringWithAscendingIds() {
        store().record(unit(receipt("c").uid(9).build(), receipt("a").uid(3).build()), NOW);
        store().record(unit(receipt("b").account(new AccountKey("other", "acc")).build()), NOW);

        List<ReceiptRecord> records = store().receipts(ReceiptFilter.ALL);

        assertThat(fingerprints(records)).containsExactly(fingerprint("c"), fingerprint("a"), fingerprint("b"));
        assertThat(records).extracting(ReceiptRecord::id).isSorted().doesNotHaveDuplicates();
        assertThat(records.get(0).id()).isPositive();
    }

    @Test
    default void pagesThroughReceipts() {
        store().record(
                        unit(
                                receipt("1").build(),
                                receipt("2").build(),
                                receipt("3").build(),
                                receipt("4").build(),
                                receipt("5").build()),
                        NOW);
        ReceiptFilter two = ReceiptFilter.ALL.limit(2);
        List<ReceiptRecord> first = store().receipts(two);
        List<ReceiptRecord> second = store().receipts(two.after(first.get(1).id()));
        List<ReceiptRecord> third = store().receipts(two.after(second.get(1).id()));

        assertThat(fingerprints(first)).containsExactly(fingerprint("1"), fingerprint("2"));
        assertThat(fingerprints(second)).containsExactly(fingerprint("3"), fingerprint("4"));
        assertThat(fingerprints(third)).containsExactly(fingerprint("5"));
        assertThat(store().receipts(two.after(third.get(0).id()))).isEmpty();
    }

    @Test
    default void pagesThroughTheReceiptsOfAMessage() {
        MessageKey one = enqueue(message("one")).key();
        ReceiptRecord first = recorded(receipt("1").message(one));
        recorded(receipt("2"));
        ReceiptRecord third = recorded(receipt("3").message(one));

        assertThat(store().receipts(ReceiptFilter.ALL.ofMessage(one).limit(1))).containsExactly(first);
        assertThat(store().receipts(ReceiptFilter.ALL.ofMessage(one).after(first.id())))
                .containsExactly(third);
    }

    @Test
    default void listsReceiptsThatFulfilEveryCondition() {
        MessageKey one = enqueue(message("one")).key();
        MessageKey sameIdOfAnotherTenant =
                enqueue(message("one").tenant("other")).key();
        AccountKey otherAccount = new AccountKey("default", "other");
        store().record(
                        unit(
                                receipt("1").message(one).build(),
                                receipt("2").disposition(Disposition.FOREIGN).build(),
                                receipt("3")
                                        .message(one)
                                        .disposition(Disposition.REFUSED)
                                        .build(),
                                receipt("4")
                                        .account(new AccountKey("other", "acc"))
                                        .message(sameIdOfAnotherTenant)
                                        .build(),
                                receipt("5").account(otherAccount).build()),
                        NOW);

        assertThat(fingerprints(store().receipts(ReceiptFilter.ALL.ofAccount(ACCOUNT))))
                .containsExactly(fingerprint("1"), fingerprint("2"), fingerprint("3"));
        assertThat(fingerprints(store().receipts(ReceiptFilter.ALL.ofMessage(one))))
                .containsExactly(fingerprint("1"), fingerprint("3"));
        assertThat(fingerprints(store().receipts(ReceiptFilter.ALL.with(Disposition.FOREIGN, Disposition.REFUSED))))
                .containsExactly(fingerprint("2"), fingerprint("3"));
        assertThat(fingerprints(store().receipts(ReceiptFilter.ALL
                        .ofAccount(ACCOUNT)
                        .ofMessage(one)
                        .with(Disposition.RECORDED))))
                .containsExactly(fingerprint("1"));
        assertThat(store().receipts(ReceiptFilter.ALL.ofAccount(otherAccount).ofMessage(one)))
                .isEmpty();
    }

    @Test
    default void findsTheBytesOfAReceiptAsTheyCame() {
        BytesContent given = BytesContent.random(3 * 1024 * 1024 + 1, 11);
        ReceiptRecord record = recorded(receipt("large").content(given));

        StoredContent content = store().receiptContent(record.id()).orElseThrow();

        assertThat(record.contentKept()).isTrue();
        assertThat(content.size()).isEqualTo(given.size());
        assertThat(content.sha256()).isEqualTo(given.sha256());
        assertThat(Sha256.hex(bytes(content))).isEqualTo(given.sha256());
    }

    @Test
    default void findsNoBytesWhereNoneWereKept() {
        ReceiptRecord record = recorded(receipt("bare").withoutContent());

        assertThat(record.contentKept()).isFalse();
        assertThat(store().receiptContent(record.id())).isEmpty();
        assertThat(store().receiptContent(record.id() + 1)).isEmpty();
    }

    @Test
    default void tellsWhichReceiptsAreKnownToTheAccount() {
        AccountKey other = new AccountKey("default", "other");
        store().record(
                        unit(
                                receipt("1").eventKey("key 1").build(),
                                receipt("2").build(),
                                receipt("3").eventKey("key 3").account(other).build()),
                        NOW);

        assertThat(store().knownReceipts(
                                ACCOUNT,
                                List.of(fingerprint("1"), fingerprint("2"), fingerprint("3"), fingerprint("4")),
                                List.of("key 1", "key 3", "KEY 1", "key %")))
                .containsExactlyInAnyOrder(fingerprint("1"), fingerprint("2"), "key 1");
        assertThat(store().knownReceipts(other, List.of(), List.of("key 1", "key 3")))
                .containsExactly("key 3");
        assertThat(store().knownReceipts(ACCOUNT, List.of(), List.of())).isEmpty();
        assertThat(store().knownReceipts(new AccountKey("other", "acc"), List.of(fingerprint("1")), List.of("key 1")))
                .isEmpty();
    }

    @Test
    default void doesNotMixUpFingerprintsAndEventKeys() {
        recorded(receipt("1").eventKey("key 1"));

        assertThat(store().knownReceipts(ACCOUNT, List.of("key 1"), List.of(fingerprint("1"))))
                .isEmpty();
    }

    @Test
    default void tellsWhichOfManyReceiptsAreKnown() {
        List<String> fingerprints = new ArrayList<>();
        List<String> eventKeys = new ArrayList<>();
        List<NewReceipt> receipts = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            fingerprints.add(fingerprint("r" + i));
            eventKeys.add("key " + i);
            if (i % 500 == 0) {
                receipts.add(receipt("r" + i).eventKey("key " + i).build());
            }
        }
        store().record(unit(receipts.toArray(NewReceipt[]::new)), NOW);

        assertThat(store().knownReceipts(ACCOUNT, fingerprints, eventKeys)).hasSize(10);
    }
}
