package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.store.MailboxCursor;
import io.github.pecmailproxy.store.MailboxKey;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A poller over fakes, and what outlives it. */
final class PollerFixture {
    static final AccountKey ACCOUNT = new AccountKey("default", "pec");

    final Steps steps = new Steps();
    final SettableClock clock = new SettableClock();
    final FakeStore store = new FakeStore(steps);
    final FakeRecorder recorder = new FakeRecorder(store, steps);
    final FakeMailbox mailbox = new FakeMailbox(clock, steps);
    final List<OperationalEvent> events = new CopyOnWriteArrayList<>();
    final List<MailAccount> accounts = new CopyOnWriteArrayList<>();
    private final AtomicInteger lives = new AtomicInteger();
    PollerSettings settings = PollerSettings.defaults().withBatch(4);

    PollerFixture() {
        accounts.add(account("pec").build());
    }

    static MailAccount.Builder account(String id) {
        return MailAccount.pec(id)
                .smtps("smtp.example", 465)
                .imaps("imap.example", 993)
                .credentials(id + "@pec.example", "mailbox-secret");
    }

    void account(MailAccount account) {
        accounts.set(0, account);
    }

    /** Begins a new life: nothing of an earlier one but the store is left. */
    DefaultImapReceiptPoller start() {
        AccountSource source = () -> accounts;
        return new DefaultImapReceiptPoller(
                source,
                store.asStore(),
                recorder,
                mailbox,
                events::add,
                clock,
                "life-" + lives.incrementAndGet(),
                settings,
                new Random(1));
    }

    MailboxCursor cursor() {
        return cursor("INBOX");
    }

    MailboxCursor cursor(String folder) {
        return store.cursor(new MailboxKey(ACCOUNT, folder)).orElseThrow();
    }
}
