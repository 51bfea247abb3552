package io.github.pecmailproxy.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.MailProxyBuilder;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.testing.Gate;
import io.github.pecmailproxy.testing.ScriptedSmtpServer;
import io.github.pecmailproxy.testing.ScriptedSmtpServer.Reaction;
import io.github.pecmailproxy.testing.ScriptedSmtpServer.Step;
import io.github.pecmailproxy.testing.SettableClock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two tenants share the transmissions of one proxy, over the wire: each final dot waits at a gate, so that the shares are counted in
 * replies and not in seconds.
 */
@Timeout(60)
class TenantFairnessOnMemoryTest {
    private static final int PLACES = 4;

    private final Gate gate = new Gate();

    @Test
    void tenantWithOneAccountSendsAsMuchAsOneWithEight() {
        try (ScriptedSmtpServer largeServer = server("large");
                ScriptedSmtpServer smallServer = server("small")) {
            List<MailAccount> large = IntStream.range(0, 8)
                    .mapToObj(i -> account("large", "account-" + i, largeServer))
                    .toList();
            MailAccount small = account("small", "account", smallServer);
            MailProxyBuilder builder = MailProxy.builder()
                    .store(MemoryEventStore.create(new SettableClock()))
                    .maxTransmissions(PLACES);
            large.forEach(builder::account);
            try (MailProxy proxy = builder.account(small).build()) {
                large.forEach(account -> enqueue(proxy, account, 20));
                enqueue(proxy, small, 40);
                proxy.start();
                try {
                    gate.letThrough(60, PLACES);
                    assertThat(gate.passed("small")).isBetween(20L, 31L);
                    gate.letThrough(40, PLACES);
                    // Who is alone with a backlog uses every place.
                    assertThat(gate.passed("small")).isEqualTo(40);
                    assertThat(gate.waiting("large")).isEqualTo(PLACES);
                } finally {
                    gate.open();
                }
            }
            assertThat(smallServer.messages()).hasSize(40);
        }
    }

    private ScriptedSmtpServer server(String tenant) {
        return ScriptedSmtpServer.plain().on(Step.DOT, line -> {
            gate.pass(tenant);
            return new Reaction.Usual();
        });
    }

    private static MailAccount account(String tenant, String id, ScriptedSmtpServer server) {
        return MailAccount.ordinary(id)
                .tenant(tenant)
                .smtp(new MailServer("localhost", server.port(), Transport.PLAIN))
                .credentials("bruno@mail.example", "not-to-be-seen")
                .build();
    }

    private static void enqueue(MailProxy proxy, MailAccount account, int count) {
        List<OutgoingMessage> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(OutgoingMessage.builder()
                    .tenant(account.key().tenant())
                    .id(account.key().id() + "-" + i)
                    .account(account.key().id())
                    .from("bruno@mail.example")
                    .to("anna@mail.example")
                    .subject("Comunicazione")
                    .text("Gentile destinatario, ecco la comunicazione.")
                    .build());
        }
        proxy.queue().enqueue(messages);
    }
}
