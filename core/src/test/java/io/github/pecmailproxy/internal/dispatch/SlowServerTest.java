package io.github.pecmailproxy.internal.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.internal.engine.Alarm;
import io.github.pecmailproxy.internal.lifecycle.RetrySchedule;
import io.github.pecmailproxy.internal.lifecycle.TransmissionRules;
import io.github.pecmailproxy.internal.smtp.AngusSmtpSender;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.testing.Alarms;
import io.github.pecmailproxy.testing.FakeStore;
import io.github.pecmailproxy.testing.Samples;
import io.github.pecmailproxy.testing.ScriptedSmtpServer;
import io.github.pecmailproxy.testing.ScriptedSmtpServer.Reaction;
import io.github.pecmailproxy.testing.ScriptedSmtpServer.Step;
import io.github.pecmailproxy.testing.SettableClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server that holds back a single reply, at whatever step, while that of another account answers: over the wire, and measured in replies
 * instead of seconds, so that it is true of a server however slow.
 */
@Timeout(60)
class SlowServerTest {
    private static final int MESSAGES = 200;

    private final SettableClock clock = new SettableClock();
    private final FakeStore store = new FakeStore(clock);

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "CONTENT", "DOT"})
    void sendsAllOfAnotherAccountWhileOneReplyIsHeldBack(Step step) throws InterruptedException {
        try (ScriptedSmtpServer slow = ScriptedSmtpServer.plain();
                ScriptedSmtpServer quick = ScriptedSmtpServer.plain();
                AngusSmtpSender sender = new AngusSmtpSender(clock)) {
            slow.on(step, new Reaction.Stall());
            List<MailAccount> accounts = List.of(account("slow", slow), account("quick", quick));
            for (int i = 0; i < MESSAGES; i++) {
                for (MailAccount account : accounts) {
                    store.put(Samples.message(account.key(), true, account.key().id() + "-" + i, "anna@pec.example"));
                }
            }
            // As many places as one account may have connections: the slow one could hold all but one.
            Dispatcher dispatcher = new Dispatcher(
                    store,
                    () -> accounts,
                    sender,
                    new TransmissionRules(new RetrySchedule(List.of(Duration.ofMinutes(1)), () -> 0L)),
                    new DispatchSettings(Duration.ofMinutes(2), 20, 2, Duration.ofMillis(20)),
                    new Alarm(new Alarms()),
                    clock);
            dispatcher.start();
            await().until(slow::isStalling);
            await().until(() -> quick.messages().size() == MESSAGES && sent("quick") == MESSAGES);

            assertThat(quick.connections()).isEqualTo(MESSAGES / MailAccount.DEFAULT_MESSAGES_PER_CONNECTION);
            assertThat(slow.connections()).isEqualTo(1);
            assertThat(sent("slow")).isZero();
            slow.release();
            await().until(() -> sent("slow") == MESSAGES);
            dispatcher.stop(Duration.ofSeconds(20));
        }
    }

    private long sent(String account) {
        return store.all().stream()
                .filter(message -> message.account().equals(account))
                .filter(message -> message.state() == MessageState.SENT)
                .count();
    }

    private static MailAccount account(String id, ScriptedSmtpServer server) {
        return Samples.pec(id)
                .smtp(new MailServer("localhost", server.port(), Transport.PLAIN))
                .maxConnections(1)
                .build();
    }
}
