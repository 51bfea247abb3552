package io.github.pecmailproxy.internal.timeout;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.engine.MessageLog;
import io.github.pecmailproxy.internal.imap.ReferenceSearch;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.store.EventStore;
import io.github.pecmailproxy.store.MessageChange;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Finds out whether a message in doubt went out. A receipt that is recorded resolves the doubt by itself; this asks the mailbox for
 * anything that speaks of the message, and lets the account's policy decide when its time has come and the mailbox truly holds
 * nothing. Thread-safe; does I/O.
 */
public final class DoubtResolver {
    private final EventStore store;
    private final AccountSource accounts;
    private final ReferenceSearch search;
    private final TransmissionRules rules;
    private final Alarm alarm;
    private final InstantSource clock;

    /**
     * Creates a resolver.
     *
     * @param store where the messages are
     * @param accounts the accounts
     * @param search asks mailboxes
     * @param rules the rules of doubts
     * @param alarm told when a person must decide
     * @param clock the engine's clock
     */
    public DoubtResolver(
            EventStore store,
            AccountSource accounts,
            ReferenceSearch search,
            TransmissionRules rules,
            Alarm alarm,
            InstantSource clock) {
        this.store = store;
        this.accounts = accounts;
        this.search = search;
        this.rules = rules;
        this.alarm = alarm;
        this.clock = clock;
    }

    /** Tries to resolve one doubt; without success it stays and is looked at again at its deadline. */
    public void resolve(TrackedMessage inDoubt) {
        Optional<MailAccount> account =
                accounts.account(new AccountKey(inDoubt.key().tenant(), inDoubt.account()));
        if (account.isEmpty() || inDoubt.state() != MessageState.IN_DOUBT) {
            return;
        }
        ReferenceSearch.Finding finding = account.get().imap() == null
                ? ReferenceSearch.Finding.NOTHING
                : search.search(account.get(), inDoubt.messageId());
        Instant now = clock.instant();
        boolean timeIsUp = !inDoubt.dueAt().isAfter(now);
        switch (finding) {
            case FOUND -> apply(rules.foundInMailbox(inDoubt, account.get(), now), now);
            case NOTHING -> {
                if (timeIsUp) {
                    decide(inDoubt, account.get(), now);
                }
            }
            case NO_ANSWER -> {
                // A mailbox that cannot be asked may hold the answer: the policy waits for it.
            }
        }
    }

    private void decide(TrackedMessage inDoubt, MailAccount account, Instant now) {
        MessageChange decision = rules.doubtUnresolved(inDoubt, account.uncertainDelivery(), now);
        if (apply(decision, now) && decision.message().state() == MessageState.IN_DOUBT) {
            alarm.on(new OperationalEvent.DecisionNeeded(inDoubt.key()));
        }
    }

    private boolean apply(MessageChange change, Instant now) {
        boolean applied = store.apply(List.of(change), now).isEmpty();
        if (applied) {
            MessageLog.changed(change);
        }
        return applied;
    }
}
