package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.account.Credentials;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.TlsTrust;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** The connections of one account: as many as it may have, those that are free kept for the next message. Thread-safe; never does I/O. */
final class Lane {
    private static final int ENDLESS = Integer.MAX_VALUE / 2;

    private final Turns turns = new Turns();
    private final Deque<Free> free = new ArrayDeque<>();
    private int limit;
    private int users;

    /** All that makes a connection another one: where to, how protected, who logged in with what, whom we trust. */
    record Identity(MailServer server, @Nullable Credentials credentials, TlsTrust trust) {
        static Identity of(MailAccount account) {
            return new Identity(account.smtp(), account.smtpCredentials(), account.tlsTrust());
        }
    }

    private record Free(Identity identity, SmtpConnection connection) {}

    /** Waits, in order of arrival, until another connection may be in use. */
    void enter(int maxConnections) throws InterruptedException {
        synchronized (this) {
            int change = maxConnections - limit;
            limit = maxConnections;
            if (change > 0) {
                turns.release(change);
            } else if (change < 0) {
                turns.reducePermits(-change);
            }
        }
        turns.acquire();
    }

    /** Lets the next one in. */
    void leave() {
        turns.release();
    }

    /** Lets everybody in, so that nobody waits any more. */
    void open() {
        turns.release(ENDLESS);
    }

    /** Takes the connection that was used last, if one of this identity is free; others are handed over for closing. */
    synchronized @Nullable SmtpConnection take(Identity identity, List<SmtpConnection> outdated) {
        for (Iterator<Free> each = free.iterator(); each.hasNext(); ) {
            Free candidate = each.next();
            if (!candidate.identity().equals(identity)) {
                outdated.add(candidate.connection());
                each.remove();
            }
        }
        Free last = free.pollLast();
        return last == null ? null : last.connection();
    }

    /** Keeps a connection for the next message. */
    synchronized void keep(Identity identity, SmtpConnection connection) {
        free.addLast(new Free(identity, connection));
    }

    /** Removes the connections that have been free since before a time. */
    synchronized List<SmtpConnection> freeSince(Instant time) {
        List<SmtpConnection> old = new ArrayList<>();
        free.removeIf(candidate -> {
            boolean tooOld = !candidate.connection().idleSince().isAfter(time);
            if (tooOld) {
                old.add(candidate.connection());
            }
            return tooOld;
        });
        return old;
    }

    /** Counts who works with this lane. Called under the map's own lock only. */
    Lane join() {
        users++;
        return this;
    }

    /** Returns whether nobody works with this lane any more and nothing is kept in it. */
    boolean part() {
        users--;
        return isUnused();
    }

    boolean isUnused() {
        synchronized (this) {
            return users == 0 && free.isEmpty();
        }
    }

    /** Fair turns whose number can shrink. */
    private static final class Turns extends Semaphore {
        private static final long serialVersionUID = 1L;

        Turns() {
            super(0, true);
        }

        @Override
        public void reducePermits(int reduction) {
            super.reducePermits(reduction);
        }
    }
}
