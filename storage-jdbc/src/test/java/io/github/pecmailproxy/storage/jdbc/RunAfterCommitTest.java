package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.TrackedMessage;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A message that was enqueued in the caller's transaction goes as soon as that has committed and the queue is told, not at its next turn. */
class RunAfterCommitTest {
    @Test
    void sendsAtOnceWhatCommitted() throws SQLException {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            try (MailProxy proxy = proxy(pool);
                    Connection connection = pool.getConnection()) {
                proxy.start();
                connection.setAutoCommit(false);
                proxy.queue().enqueue(List.of(message()), JdbcTransaction.of(connection));
                proxy.queue().runNow();
                assertThat(proxy.message("m")).isEmpty();

                connection.commit();
                proxy.queue().runNow();

                await().until(() ->
                        proxy.message("m").map(TrackedMessage::state).equals(Optional.of(MessageState.DEFERRED)));
            }
        }
    }

    private static MailProxy proxy(HikariDataSource pool) {
        return MailProxy.builder()
                .store(JdbcEventStore.builder().dataSource(pool).build())
                .dispatchInterval(Duration.ofDays(1))
                .account(MailAccount.ordinary("acc")
                        .smtp(new MailServer(
                                "localhost", 1, Transport.PLAIN)) // Nobody listens there: one attempt, then it waits.
                        .address("anna@ditta.example")
                        .build())
                .build();
    }

    private static OutgoingMessage message() {
        return OutgoingMessage.builder()
                .id("m")
                .account("acc")
                .from("anna@ditta.example")
                .to("bruno@altra.example")
                .text("Hello.")
                .build();
    }
}
