package io.github.pecmailproxy.storage.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.zaxxer.hikari.HikariDataSource;
import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.MessageEvent;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.smtp.SendOutcome;
import io.github.pecmailproxy.smtp.SmtpReply;
import io.github.pecmailproxy.smtp.SmtpSender;
import io.github.pecmailproxy.smtp.Transmission;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node whose own clock is ten minutes away from the database's goes by the database's, and so do all. */
class DistantClockTest {
    private final HikariDataSource pool = new HikariDataSource();

    DistantClockTest() {
        pool.setJdbcUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    }

    @AfterEach
    void closePool() {
        pool.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {-10, 10})
    void everythingIsNotedInTheDatabasesTime(int minutesAhead) {
        Duration ahead = Duration.ofMinutes(minutesAhead);
        try (MailProxy node = node(ahead)) {
            node.queue().enqueue(message("m").build());
            node.steps().dispatchOnce();

            Instant database = Instant.now().plus(ahead);
            TrackedMessage sent = node.message("m").orElseThrow();
            assertThat(sent.state()).isEqualTo(MessageState.SENT);
            assertThat(sent.enqueuedAt()).isCloseTo(database, within(1, ChronoUnit.MINUTES));
            assertThat(sent.sentAt()).isCloseTo(database, within(1, ChronoUnit.MINUTES));
            assertThat(node.events("m"))
                    .extracting(MessageEvent::recordedAt)
                    .allSatisfy(time -> assertThat(time).isCloseTo(database, within(1, ChronoUnit.MINUTES)));
        }
    }

    @Test
    void aMessageIsDueWhenTheDatabaseSaysSo() {
        // Five minutes from now by the node's clock: past by a database's that is ten minutes ahead.
        Instant due = Instant.now().plus(Duration.ofMinutes(5));
        try (MailProxy node = node(Duration.ofMinutes(10))) {
            node.queue().enqueue(message("m").deferUntil(due).build());

            assertThat(node.steps().dispatchOnce()).isEqualTo(1);
        }
    }

    @Test
    void aMessageIsNotDueBeforeTheDatabaseSaysSo() {
        Instant due = Instant.now().minus(Duration.ofMinutes(5));
        try (MailProxy node = node(Duration.ofMinutes(-10))) {
            node.queue().enqueue(message("m").deferUntil(due).build());

            assertThat(node.steps().dispatchOnce()).isZero();
        }
    }

    private MailProxy node(Duration ahead) {
        return MailProxy.builder()
                .store(JdbcEventStore.builder().dataSource(ahead(ahead)).build())
                .smtpSender(new Accepting())
                .account(MailAccount.ordinary("acc")
                        .smtp(new MailServer("localhost", 25, Transport.PLAIN))
                        .address("anna@ditta.example")
                        .build())
                .build();
    }

    private static OutgoingMessage.Builder message(String id) {
        return OutgoingMessage.builder()
                .id(id)
                .account("acc")
                .from("anna@ditta.example")
                .to("bruno@altra.example")
                .text("Hello.");
    }

    /** The pool, but its database's clock is ahead of this process's. */
    private DataSource ahead(Duration by) {
        String asked = new H2Dialect().timeQuery();
        String told = asked + " + (" + by.toMillis() + ")";
        return proxy(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(pool, arguments);
            return result instanceof Connection connection
                    ? proxy(Connection.class, (called, given) -> {
                        if (given != null && given.length > 0 && asked.equals(given[0])) {
                            given[0] = told;
                        }
                        return called.invoke(connection, given);
                    })
                    : result;
        });
    }

    private interface Call {
        Object invoke(Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return call.invoke(method, arguments);
                    } catch (InvocationTargetException failed) {
                        throw failed.getCause();
                    }
                }));
    }

    /** Takes every message. */
    private static final class Accepting implements SmtpSender {
        @Override
        public SendOutcome send(Transmission transmission) {
            return new SendOutcome.Accepted(new SmtpReply(250, "2.0.0", "250 2.0.0 taken"), List.of());
        }

        @Override
        public void close() {
            // Nothing was opened.
        }
    }
}
