package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.store.MailFolder;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.MailServer;
import io.github.pecmailproxy.account.Transport;
import io.github.pecmailproxy.operations.OperationalEvent;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reading a mailbox of a second make of server, which has ways of its own. */
class GreenMailTest {
    private final GreenMail server =
            new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_IMAP).dynamicPort());
    private final Steps steps = new Steps();
    private final FakeStore store = new FakeStore(steps);
    private final FakeRecorder recorder = new FakeRecorder(store, steps);
    private final List<OperationalEvent> events = new CopyOnWriteArrayList<>();
    private DefaultImapReceiptPoller poller;
    private GreenMailUser user;
    private MailAccount account;

    @BeforeEach
    void start() {
        server.start();
        user = server.setUser("pec@example.it", "pec", "mailbox-secret");
        account = MailAccount.pec("pec")
                .address("pec@example.it")
                .smtps("localhost", 465)
                .imap(new MailServer("127.0.0.1", server.getImap().getPort(), Transport.PLAIN))
                .credentials("pec", "mailbox-secret")
                .build();
        poller = poller();
        poller.pollOnce();
    }

    private DefaultImapReceiptPoller poller() {
        return new DefaultImapReceiptPoller(
                () -> List.of(account),
                store.asStore(),
                recorder,
                new ImapConnector(),
                events::add,
                InstantSource.system(),
                "node",
                PollerSettings.defaults());
    }

    @AfterEach
    void stop() {
        poller.stop(Duration.ofSeconds(10));
        server.stop();
    }

    @Test
    void readsReceiptsAndLeavesThemUnseen() throws Exception {
        deliver("X-Ricevuta: accettazione\r\nSubject: a\r\n\r\nbody\r\n");
        deliver("Subject: b\r\n\r\nbody\r\n");

        assertThat(poller.pollOnce()).isEqualTo(2);

        assertThat(recorder.entries().get(0).content())
                .contains("X-Ricevuta: accettazione")
                .endsWith("\r\n\r\nbody\r\n");
        assertThat(recorder.entries().get(1).content()).isNull();
        assertThat(inbox().getUnseenCount()).isEqualTo(2);
        assertThat(poller.pollOnce()).isZero();
        assertThat(events).isEmpty();
    }

    @Test
    void readsOnAfterMailsWereExpunged() throws Exception {
        deliver("X-Ricevuta: accettazione\r\n\r\none\r\n");
        poller.pollOnce();
        inbox().deleteAllMessages();
        deliver("X-Ricevuta: accettazione\r\n\r\ntwo\r\n");

        assertThat(poller.pollOnce()).isEqualTo(1);
    }

    /** This server has to be asked what it can do, before and after the login. */
    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void aConnectionCutWhileAskingWhatTheServerCanDoLosesNothing(int bytes) throws Exception {
        try (CuttingProxy proxy = new CuttingProxy(server.getImap().getPort())) {
            account = MailAccount.pec("pec")
                    .address("pec@example.it")
                    .smtps("localhost", 465)
                    .imap(new MailServer("127.0.0.1", proxy.port(), Transport.PLAIN))
                    .credentials("pec", "mailbox-secret")
                    .build();
            deliver("X-Ricevuta: accettazione\r\n\r\none\r\n");
            poller.stop(Duration.ofSeconds(10));
            poller = poller();
            proxy.cutOnce("CAPABILITY", bytes);

            for (int poll = 0; poll < 3; poll++) {
                poller.pollOnce(account.key());
            }

            assertThat(proxy.cuts()).isEqualTo(1);
            assertThat(recorder.entries()).hasSize(1);
            assertThat(recorder.repeated()).isEmpty();
            assertThat(events)
                    .hasExactlyElementsOfTypes(
                            OperationalEvent.MailboxBlind.class, OperationalEvent.MailboxReadable.class);
        }
    }

    @Test
    void findsWhatSpeaksOfAMessage() throws Exception {
        deliver("X-Riferimento-Message-ID: <pmp.1@example>\r\n\r\nbody\r\n");
        try (MailboxReferenceSearch search = new MailboxReferenceSearch(new ImapConnector())) {
            assertThat(search.search(account, "<pmp.1@example>")).isEqualTo(ReferenceSearch.Finding.FOUND);
            assertThat(search.search(account, "<pmp.2@example>")).isEqualTo(ReferenceSearch.Finding.NOTHING);
        }
    }

    private MailFolder inbox() throws Exception {
        return server.getManagers().getImapHostManager().getInbox(user);
    }

    private void deliver(String mail) throws Exception {
        user.deliver(new MimeMessage(
                Session.getInstance(new Properties()),
                new ByteArrayInputStream(mail.getBytes(StandardCharsets.ISO_8859_1))));
    }
}
