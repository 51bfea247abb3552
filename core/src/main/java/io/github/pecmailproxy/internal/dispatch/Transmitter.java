package io.github.pecmailproxy.internal.dispatch;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.AccountSource;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.smtp.Transmission;
import io.github.pecmailproxy.store.LeasedMessage;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Transmits one leased message and says what that makes of it. Thread-safe. */
final class Transmitter {
    private static final Duration WAIT_FOR_ACCOUNT = Duration.ofMinutes(5);

    private final AccountSource accounts;
    private final SmtpSender sender;
    private final TransmissionRules rules;
    private final SuspendedAccounts suspended;
    private final Alarm alarm;
    private final InstantSource clock;

    Transmitter(
            AccountSource accounts,
            SmtpSender sender,
            TransmissionRules rules,
            SuspendedAccounts suspended,
            Alarm alarm,
            InstantSource clock) {
        this.accounts = accounts;
        this.sender = sender;
        this.rules = rules;
        this.suspended = suspended;
        this.alarm = alarm;
        this.clock = clock;
    }

    Settlement transmit(LeasedMessage leased) {
        TrackedMessage message = leased.message();
        AccountKey key = new AccountKey(message.key().tenant(), message.account());
        Optional<MailAccount> account;
        try {
            account = accounts.account(key);
        } catch (RuntimeException unreadable) {
            // Nothing was handed over: the message waits, and is no doubt.
            alarm.trouble("accounts", unreadable, key);
            return Settlement.of(rules.accountUnreadable(message, WAIT_FOR_ACCOUNT, clock.instant()));
        }
        if (account.isEmpty()) {
            alarm.on(new OperationalEvent.AccountMissing(key));
            return Settlement.of(rules.accountMissing(message, WAIT_FOR_ACCOUNT, clock.instant()));
        }
        List<String> recipients = TransmissionRules.recipientsToSendTo(message);
        if (recipients.isEmpty()) {
            return Settlement.of(rules.impossible(message, "no recipient is left to send to", clock.instant()));
        }
        if (rules.isTooOld(message, clock.instant())) {
            return Settlement.of(rules.waitedTooLong(message, clock.instant()));
        }
        SendOutcome outcome = send(account.get(), leased, recipients);
        if (outcome instanceof SendOutcome.AccountRefused refused) {
            hold(account.get(), refused);
        }
        MessageChange change = rules.settled(message, outcome, account.get(), clock.instant());
        return new Settlement(change, Optional.of(outcome), account);
    }

    /** Says what becomes of a message that was leased only to be rejected, the account's rate limit being used up. */
    Settlement overRateLimit(LeasedMessage leased, Instant limitedUntil) {
        return Settlement.of(rules.overRateLimit(leased.message(), limitedUntil, clock.instant()));
    }

    /** Says what becomes of a message that was leased and not begun. */
    Settlement release(LeasedMessage leased) {
        return Settlement.of(rules.released(leased.message()));
    }

    private SendOutcome send(MailAccount account, LeasedMessage leased, List<String> recipients) {
        try {
            return sender.send(
                    new Transmission(account, leased.message().envelopeFrom(), recipients, leased.content()));
        } catch (RuntimeException | Error defect) {
            // A sender that throws may have got anywhere: whatever it promises, a doubt is the only safe reading.
            alarm.trouble("smtp", defect, account.key());
            return new SendOutcome.Unknown(
                    "the sender failed: " + defect.getClass().getSimpleName());
        }
    }

    private void hold(MailAccount account, SendOutcome.AccountRefused refused) {
        String reason = "refused at " + refused.phase().wireName() + ": "
                + refused.reply().text();
        try {
            suspended.suspend(account, reason);
        } catch (StoreException unavailable) {
            // The next message of the account will be refused the same way and try again to suspend it.
            alarm.trouble("suspend", unavailable, account.key());
        }
        alarm.on(new OperationalEvent.AccountSuspended(account.key(), reason));
    }
}
