package io.github.pecmailproxy.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.OutgoingMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** A business row and its certified mail, together or not at all. */
class TransactionalQueueTest {
    private static final RunningApi API = RunningApi.get();

    private final TransactionalQueue queue = API.bean(TransactionalQueue.class);
    private final MailProxy proxy = API.bean(MailProxy.class);
    private final JdbcClient database = API.bean(JdbcClient.class);
    private final TransactionTemplate transaction = new TransactionTemplate(API.bean(PlatformTransactionManager.class));

    private void noticeOf(String id) {
        database.sql("create table if not exists notice (id varchar(50))").update();
        API.account("pec-notices", "notices");
        transaction.executeWithoutResult(status -> {
            database.sql("insert into notice values (:id)").param("id", id).update();
            queue.enqueue(List.of(OutgoingMessage.builder()
                    .tenant("notices")
                    .id(id)
                    .account("pec-notices")
                    .from(RunningApi.MAILBOX)
                    .to("x@pec.it")
                    .text("Notice")
                    .build()));
            if (id.startsWith("undone")) {
                status.setRollbackOnly();
            }
        });
    }

    private long rows(String id) {
        return database.sql("select count(*) from notice where id = :id")
                .param("id", id)
                .query(Long.class)
                .single();
    }

    @Test
    void sendsWhatCommitted() {
        noticeOf("done-1");

        assertThat(rows("done-1")).isOne();
        Await.until(() ->
                proxy.message(new MessageKey("notices", "done-1")).orElseThrow().isFinished());
    }

    @Test
    void keepsNothingOfWhatWasRolledBack() {
        noticeOf("undone-1");

        assertThat(rows("undone-1")).isZero();
        assertThat(proxy.message(new MessageKey("notices", "undone-1"))).isEmpty();
    }
}
