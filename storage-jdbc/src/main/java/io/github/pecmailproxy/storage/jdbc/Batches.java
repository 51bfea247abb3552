package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.store.EnqueueOutcome;
import io.github.pecmailproxy.store.MessageChange;
import io.github.pecmailproxy.store.NewMessage;
import io.github.pecmailproxy.store.ReceiptUnit;
import io.github.pecmailproxy.store.RetryableStoreException;
import io.github.pecmailproxy.store.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts as many elements of a list into one transaction as is good, and takes them one by one when one of them fails. Thread-safe. */
final class Batches {
    private static final Logger LOG = LoggerFactory.getLogger(Batches.class);

    private static final int MOST_ELEMENTS = 1_000;

    /** How much of small contents is held in memory at once, in bytes. */
    private static final long MOST_BYTES = 4L * 1024 * 1024;

    private final Transactions transactions;

    Batches(Transactions transactions) {
        this.transactions = transactions;
    }

    // ------------------------------------------------------------------------------------------------------- enqueue

    List<EnqueueOutcome> enqueue(List<NewMessage> messages) {
        transactions.ensureOpen();
        List<EnqueueOutcome> outcomes = new ArrayList<>(messages.size());
        @Nullable StoreException failure = null;
        List<Enqueuing.Entry> slice = new ArrayList<>();
        long bytes = 0;
        for (NewMessage message : messages) {
            try {
                slice.add(Enqueuing.Entry.of(message));
            } catch (ContentFault fault) {
                failure = failure == null ? fault : failure;
                continue;
            }
            bytes += Math.min(message.content().size(), ContentTable.CHUNK_SIZE);
            if (slice.size() == MOST_ELEMENTS || bytes >= MOST_BYTES) {
                failure = store(slice, outcomes, failure);
                slice.clear();
                bytes = 0;
            }
        }
        failure = store(slice, outcomes, failure);
        if (failure != null) {
            throw failure;
        }
        return outcomes;
    }

    private @Nullable StoreException store(
            List<Enqueuing.Entry> slice, List<EnqueueOutcome> outcomes, @Nullable StoreException before) {
        if (slice.isEmpty()) {
            return before;
        }
        try {
            outcomes.addAll(store(slice));
            return before;
        } catch (RetryableStoreException failure) {
            throw failure;
        } catch (StoreException failure) {
            if (slice.size() == 1) {
                return before == null ? failure : before;
            }
            LOG.warn("Enqueueing {} messages together failed; taking them one by one", slice.size(), failure);
            @Nullable StoreException first = before;
            for (Enqueuing.Entry entry : slice) {
                first = store(List.of(entry), outcomes, first);
            }
            return first;
        }
    }

    private List<EnqueueOutcome> store(List<Enqueuing.Entry> entries) {
        return transactions.write("enqueue", session -> Enqueuing.enqueue(session, entries));
    }

    List<EnqueueOutcome> enqueue(List<NewMessage> messages, JdbcTransaction joined) {
        transactions.ensureOpen();
        Connection connection = joined.connection();
        try {
            if (connection.getAutoCommit()) {
                throw new StoreException("the connection has no transaction to join: its autocommit is on", null);
            }
            if (messages.isEmpty()) {
                return List.of();
            }
            List<Enqueuing.Entry> entries =
                    messages.stream().map(Enqueuing.Entry::of).toList();
            Savepoint savepoint = connection.setSavepoint();
            boolean done = false;
            try {
                List<EnqueueOutcome> outcomes = Enqueuing.enqueue(transactions.session(connection), entries);
                done = true;
                return outcomes;
            } finally {
                end(connection, savepoint, done);
            }
        } catch (SQLException failure) {
            throw transactions.failure("enqueue in the caller's transaction", failure);
        }
    }

    private static void end(Connection connection, Savepoint savepoint, boolean done) throws SQLException {
        if (!done) {
            try {
                connection.rollback(savepoint);
            } catch (SQLException failure) {
                // The whole transaction is lost, after a deadlock for instance; why stands in the first failure.
                LOG.debug("Could not roll back to the savepoint", failure);
            }
            return;
        }
        try {
            connection.releaseSavepoint(savepoint);
        } catch (SQLFeatureNotSupportedException kept) {
            LOG.trace("Savepoints of this database end with the transaction", kept);
        }
    }

    // --------------------------------------------------------------------------------------------------------- apply

    Set<MessageKey> apply(List<MessageChange> changes, Instant recordedAt) {
        transactions.ensureOpen();
        Set<MessageKey> refused = new HashSet<>();
        @Nullable StoreException failure = null;
        for (int from = 0; from < changes.size(); from += MOST_ELEMENTS) {
            failure = apply(
                    changes.subList(from, Math.min(changes.size(), from + MOST_ELEMENTS)),
                    recordedAt,
                    refused,
                    failure);
        }
        if (failure != null) {
            throw failure;
        }
        return refused;
    }

    private @Nullable StoreException apply(
            List<MessageChange> slice, Instant recordedAt, Set<MessageKey> refused, @Nullable StoreException before) {
        try {
            refused.addAll(
                    transactions.write("change messages", session -> Changing.apply(session, slice, recordedAt)));
            return before;
        } catch (RetryableStoreException failure) {
            throw failure;
        } catch (StoreException failure) {
            if (slice.size() == 1) {
                return before == null ? failure : before;
            }
            LOG.warn("Changing {} messages together failed; taking them one by one", slice.size(), failure);
            @Nullable StoreException first = before;
            for (MessageChange change : slice) {
                first = apply(List.of(change), recordedAt, refused, first);
            }
            return first;
        }
    }

    // -------------------------------------------------------------------------------------------------------- record

    boolean record(ReceiptUnit unit, Instant recordedAt) {
        transactions.ensureOpen();
        ReceiptUnit ready = Recording.withSmallContentsInMemory(unit);
        return transactions.write("record receipts", session -> {
            boolean stored;
            try {
                stored = Recording.record(session, ready, recordedAt);
            } catch (SQLException failure) {
                if (transactions.dialect().fault(failure) != Fault.DUPLICATE) {
                    throw failure;
                }
                stored = false;
            }
            if (!stored) {
                session.refuse();
            }
            return stored;
        });
    }
}
