package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.queue.EnqueueResult;
import io.github.pecmailproxy.queue.MessageQueue;
import io.github.pecmailproxy.storage.jdbc.JdbcTransaction;
import java.sql.Connection;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Queues messages if and only if the Spring transaction around the call commits, together with the rows that it wrote; without a
 * transaction, at once. For hosts that have business data in the same database. Thread-safe.
 */
public final class TransactionalQueue {
    private final MessageQueue queue;
    private final DataSource dataSource;

    TransactionalQueue(MessageQueue queue, DataSource dataSource) {
        this.queue = queue;
        this.dataSource = dataSource;
    }

    /**
     * Queues messages.
     *
     * @param messages the messages
     * @return what became of each, in the same order
     */
    public List<EnqueueResult> enqueue(List<OutgoingMessage> messages) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            return queue.enqueue(messages);
        }
        Connection connection = DataSourceUtils.getConnection(dataSource);
        try {
            List<EnqueueResult> results = queue.enqueue(messages, JdbcTransaction.of(connection));
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    queue.runNow();
                }
            });
            return results;
        } finally {
            DataSourceUtils.releaseConnection(connection, dataSource);
        }
    }
}
