package io.github.pecmailproxy.storage.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.PecProvider;
import io.github.pecmailproxy.message.EventType;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.metrics.MailProxyMetrics;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Micrometer is brought by those who want its meters; here, as in most hosts, it is not there. */
class WithoutMicrometerTest {
    @Test
    void countsWithoutIt() {
        assertThatThrownBy(() -> Class.forName("io.micrometer.core.instrument.MeterRegistry"))
                .isInstanceOf(ClassNotFoundException.class);
        List<String> heard = new CopyOnWriteArrayList<>();
        MailProxyMetrics metrics = new MailProxyMetrics() {
            @Override
            public void happened(AccountKey account, EventType event) {
                heard.add(account + " " + event.wireName());
            }
        };
        try (MailProxy proxy = MailProxy.builder()
                .store(MemoryEventStore.create())
                .account(MailAccount.pec("pec", PecProvider.ARUBA)
                        .credentials("acme@pec.it", "secret")
                        .build())
                .metrics(metrics)
                .build()) {
            proxy.queue()
                    .enqueue(OutgoingMessage.builder()
                            .id("m1")
                            .account("pec")
                            .from("acme@pec.it")
                            .to("anna@pec.it")
                            .subject("s")
                            .text("t")
                            .build());
        }
        assertThat(heard).containsExactly("default/pec queued");
    }
}
