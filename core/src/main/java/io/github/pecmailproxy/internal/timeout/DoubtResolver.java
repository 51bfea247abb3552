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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

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

    /** The accounts whose mailbox gave no answer, and until when it is not asked again. */
    private final Map<AccountKey, Instant> silent = new ConcurrentHashMap<>();

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

    /**
     * Tries to resolve one doubt; without success it stays and is looked at again at its deadline. The message is read anew: it may
     * have waited here for long.
     */
    public void resolve(TrackedMessage doubt) {
        Optional<TrackedMessage> current =
                store.message(doubt.key()).filter(message -> message.state() == MessageState.IN_DOUBT);
        Optional<MailAccount> account =
                accounts.account(new AccountKey(doubt.key().tenant(), doubt.account()));
        if (account.isEmpty() || current.isEmpty()) {
            return;
        }
        TrackedMessage inDoubt = current.get();
        ReferenceSearch.Finding finding = search(account.get(), inDoubt);
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

    private ReferenceSearch.Finding search(MailAccount account, TrackedMessage inDoubt) {
        if (account.imap() == null) {
            return ReferenceSearch.Finding.NOTHING;
        }
        Instant silentUntil = silent.get(account.key());
        if (silentUntil != null && clock.instant().isBefore(silentUntil)) {
            return ReferenceSearch.Finding.NO_ANSWER;
        }
        ReferenceSearch.Finding finding = search.search(account, inDoubt.messageId());
        if (finding == ReferenceSearch.Finding.NO_ANSWER) {
            // Its other doubts would wait as long for no answer, and the doubts of other accounts behind them.
            silent.put(account.key(), clock.instant().plus(TransmissionRules.DOUBT_CHECK_INTERVAL));
        } else {
            silent.remove(account.key());
        }
        return finding;
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
