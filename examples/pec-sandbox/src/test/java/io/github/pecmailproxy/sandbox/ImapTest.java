package io.github.pecmailproxy.sandbox;

import static io.github.pecmailproxy.sandbox.TestClient.PASSWORD;
import static io.github.pecmailproxy.sandbox.TestClient.SENDER;
import static io.github.pecmailproxy.sandbox.TestClient.imaps;
import static io.github.pecmailproxy.sandbox.TestClient.send;
import static io.github.pecmailproxy.sandbox.TestClient.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.FetchProfile;
import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Session;
import jakarta.mail.UIDFolder;
import jakarta.mail.event.MessageCountAdapter;
import jakarta.mail.event.MessageCountEvent;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.search.AndTerm;
import jakarta.mail.search.ComparisonTerm;
import jakarta.mail.search.FlagTerm;
import jakarta.mail.search.HeaderTerm;
import jakarta.mail.search.ReceivedDateTerm;
import jakarta.mail.search.SubjectTerm;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.angus.mail.imap.AppendUID;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPMessage;
import org.eclipse.angus.mail.imap.IMAPStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ImapTest {
    private final PecSandbox sandbox = TestClient.sandbox().start();

    @AfterEach
    void stop() {
        sandbox.close();
    }

    private static byte[] mail(String subject) {
        return ("From: a@b.example\r\nTo: c@d.example\r\nSubject: " + subject + "\r\nX-Prova: Caff\u00e8\r\n\r\nTesto "
                        + subject + "\r\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static IMAPFolder inbox(IMAPStore store, int mode) throws MessagingException {
        IMAPFolder folder = (IMAPFolder) store.getFolder("INBOX");
        folder.open(mode);
        return folder;
    }

    @Test
    void givesBackReceiptsByteForByteAndTouchesNothing() throws Exception {
        send(sandbox, "<imap@acme>", "consegnato@altri.example");
        try (IMAPStore store = imaps(sandbox)) {
            IMAPFolder folder = inbox(store, Folder.READ_ONLY);
            assertThat(folder.getMessageCount()).isEqualTo(2);
            for (StoredMail stored : sandbox.mailbox(SENDER)) {
                IMAPMessage message = (IMAPMessage) folder.getMessageByUID(stored.uid());
                ByteArrayOutputStream fetched = new ByteArrayOutputStream();
                message.writeTo(fetched);
                assertThat(fetched.toByteArray()).isEqualTo(stored.raw());
                assertThat(message.getSize()).isEqualTo(stored.raw().length);
            }
            assertThat(folder.getUIDValidity()).isEqualTo(sandbox.uidValidity(SENDER));
            assertThat(folder.getUIDNext()).isEqualTo(3);
            folder.close(false);
        }
        assertThat(sandbox.mailbox(SENDER))
                .allSatisfy(mail -> assertThat(mail.flags()).isEmpty());
    }

    @Test
    void marksMailsReadOnlyWhenOpenedForWriting() throws Exception {
        sandbox.append(SENDER, mail("uno"));
        try (IMAPStore store = imaps(sandbox)) {
            IMAPFolder folder = inbox(store, Folder.READ_WRITE);
            assertThat((String) folder.getMessage(1).getContent()).contains("Testo uno");
            folder.close(false);
        }
        assertThat(sandbox.mailbox(SENDER).get(0).flags()).containsExactly("\\Seen");
    }

    @Test
    void describesTheStructureOfSignedMails() throws Exception {
        send(sandbox, "<struttura@acme>", "consegnato@altri.example");
        try (IMAPStore store = imaps(sandbox)) {
            IMAPFolder folder = inbox(store, Folder.READ_ONLY);
            Message receipt = folder.getMessage(2);
            assertThat(receipt.getContentType()).startsWithIgnoringCase("multipart/signed");
            Multipart signed = (Multipart) receipt.getContent();
            assertThat(signed.getCount()).isEqualTo(2);
            assertThat(signed.getBodyPart(1).getFileName()).isEqualTo("smime.p7s");
            Multipart mixed = (Multipart) signed.getBodyPart(0).getContent();
            assertThat(mixed.getCount()).isEqualTo(3);
            assertThat(new String(mixed.getBodyPart(1).getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("<postacert tipo=\"avvenuta-consegna\"");
            Message original = (Message) mixed.getBodyPart(2).getContent();
            assertThat(original.getSubject()).isEqualTo("Prova");
            assertThat((String) original.getContent()).contains("Testo.");
        }
    }

    @Test
    void answersFetchProfilesAndUidRanges() throws Exception {
        Instant started = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        for (int i = 1; i <= 5; i++) {
            sandbox.append(SENDER, mail("m" + i));
        }
        sandbox.expunge(SENDER, 2, 4);
        try (IMAPStore store = imaps(sandbox)) {
            IMAPFolder folder = inbox(store, Folder.READ_ONLY);
            Message[] messages = folder.getMessagesByUID(2, UIDFolder.LASTUID);
            assertThat(Arrays.stream(messages).map(m -> uid(folder, m))).containsExactly(3L, 5L);
            FetchProfile profile = new FetchProfile();
            profile.add(FetchProfile.Item.ENVELOPE);
            profile.add(FetchProfile.Item.FLAGS);
            profile.add(FetchProfile.Item.SIZE);
            profile.add(UIDFolder.FetchProfileItem.UID);
            profile.add("X-Prova");
            profile.add(IMAPFolder.FetchProfileItem.INTERNALDATE);
            folder.fetch(messages, profile);
            assertThat(messages[0].getSubject()).isEqualTo("m3");
            assertThat(messages[1].getFrom()[0]).hasToString("a@b.example");
            assertThat(messages[1].getReceivedDate().toInstant()).isBetween(started, Instant.now());
            assertThat(folder.getMessagesByUID(9, 12)).isEmpty();
            assertThat(folder.getMessageByUID(4)).isNull();
        }
    }

    private static long uid(IMAPFolder folder, Message message) {
        try {
            return folder.getUID(message);
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void searchesByHeaderDateFlagAndCombination() throws Exception {
        send(sandbox, "<cerca-1@acme>", "consegnato@altri.example");
        send(sandbox, "<cerca-2@acme>", "consegnato@altri.example");
        sandbox.append(SENDER, mail("=?UTF-8?Q?Perch=C3=A9?="));
        try (IMAPStore store = imaps(sandbox)) {
            IMAPFolder folder = inbox(store, Folder.READ_ONLY);
            assertThat(folder.search(new HeaderTerm("X-Riferimento-Message-ID", "<cerca-2@acme>")))
                    .extracting(Message::getMessageNumber)
                    .containsExactly(3, 4);
            assertThat(folder.search(new HeaderTerm("X-Ricevuta", ""))).hasSize(4);
            assertThat(folder.search(new SubjectTerm("perch\u00e9"))).hasSize(1);
            assertThat(folder.search(new FlagTerm(new Flags(Flags.Flag.SEEN), false)))
                    .hasSize(5);
            assertThat(folder.search(new AndTerm(
                            new ReceivedDateTerm(
                                    ComparisonTerm.GE, Date.from(Instant.now().minus(Duration.ofDays(2)))),
                            new HeaderTerm("X-Ricevuta", "accettazione"))))
                    .hasSize(2);
            assertThat(folder.search(new ReceivedDateTerm(
                            ComparisonTerm.LT, Date.from(Instant.now().minus(Duration.ofDays(2))))))
                    .isEmpty();
        }
    }

    @Test
    void storesCopiesMovesAndExpunges() throws Exception {
        sandbox.append(SENDER, mail("uno"));
        sandbox.append(SENDER, mail("due"));
        sandbox.append(SENDER, mail("tre"));
        try (IMAPStore store = imaps(sandbox)) {
            IMAPFolder archive = (IMAPFolder) store.getFolder("INBOX.Archivio");
            assertThat(archive.exists()).isFalse();
            assertThat(archive.create(Folder.HOLDS_MESSAGES)).isTrue();
            IMAPFolder folder = inbox(store, Folder.READ_WRITE);
            AppendUID[] copied = folder.copyUIDMessages(new Message[] {folder.getMessage(1)}, archive);
            assertThat(copied[0].uid).isEqualTo(1);
            folder.moveMessages(new Message[] {folder.getMessage(2)}, archive);
            assertThat(sandbox.mailbox(SENDER)).extracting(StoredMail::uid).containsExactly(1L, 3L);
            assertThat(sandbox.mailbox(SENDER, "INBOX.Archivio")).hasSize(2);
            folder.getMessageByUID(1).setFlag(Flags.Flag.DELETED, true);
            folder.getMessageByUID(3).setFlags(new Flags("Visto"), true);
            folder.expunge();
            folder.close(false);
        }
        assertThat(sandbox.mailbox(SENDER)).extracting(StoredMail::uid).containsExactly(3L);
        assertThat(sandbox.mailbox(SENDER).get(0).flags()).contains("Visto");
    }

    @Test
    void appendsWithFlagsAndDate() throws Exception {
        try (IMAPStore store = imaps(sandbox)) {
            IMAPFolder sent = (IMAPFolder) store.getFolder("INBOX.Inviata");
            MimeMessage message = TestClient.fixed("Subject: mandato\r\n\r\nTesto\r\n");
            message.setFlag(Flags.Flag.SEEN, true);
            AppendUID[] uids = sent.appendUIDMessages(new Message[] {message});
            assertThat(uids[0].uid).isEqualTo(1);
        }
        assertThat(sandbox.mailbox(SENDER, "INBOX.Inviata").get(0).flags()).containsExactly("\\Seen");
    }

    @Test
    void tellsArrivalsDuringIdle() throws Exception {
        try (IMAPStore store = imaps(sandbox)) {
            IMAPFolder folder = inbox(store, Folder.READ_ONLY);
            BlockingQueue<Integer> arrivals = new LinkedBlockingQueue<>();
            folder.addMessageCountListener(new MessageCountAdapter() {
                @Override
                public void messagesAdded(MessageCountEvent event) {
                    arrivals.add(event.getMessages().length);
                }
            });
            Thread idle = new Thread(() -> {
                try {
                    folder.idle(true);
                } catch (MessagingException closed) {
                    arrivals.add(-1);
                }
            });
            idle.start();
            while (sandbox.imap().idling() == 0) {
                Thread.onSpinWait();
            }
            sandbox.append(SENDER, mail("nuovo"));
            assertThat(arrivals.poll(30, TimeUnit.SECONDS)).isEqualTo(1);
            idle.join(30_000);
            assertThat(folder.getMessageCount()).isEqualTo(1);
            assertThat(folder.getMessage(1).getSubject()).isEqualTo("nuovo");
        }
    }

    @Test
    void offersStartTlsXoauth2AndPlain() throws Exception {
        Properties properties = new Properties();
        properties.put("mail.imap.starttls.enable", "true");
        properties.put("mail.imap.starttls.required", "true");
        properties.put("mail.imap.ssl.socketFactory", sandbox.clientSslContext().getSocketFactory());
        properties.put("mail.imap.ssl.checkserveridentity", "true");
        for (String mechanism : new String[] {"PLAIN", "XOAUTH2", "LOGIN"}) {
            properties.put("mail.imap.auth.mechanisms", mechanism);
            try (IMAPStore store = (IMAPStore) Session.getInstance(properties).getStore("imap")) {
                store.connect("localhost", sandbox.imapPort(), SENDER, PASSWORD);
                assertThat(store.isSSL()).isTrue();
            }
            try (IMAPStore store = (IMAPStore) Session.getInstance(properties).getStore("imap")) {
                assertThatThrownBy(() -> store.connect("localhost", sandbox.imapPort(), SENDER, "sbagliata"))
                        .isInstanceOf(AuthenticationFailedException.class);
            }
        }
        assertThat(sandbox.imap().transcript()).noneMatch(line -> line.contains(PASSWORD));
    }

    @Test
    void listsFoldersQuotaNamespaceAndIdentity() throws Exception {
        sandbox.append(SENDER, mail("x"));
        try (IMAPStore store = imaps(sandbox)) {
            assertThat(store.getDefaultFolder().list("*"))
                    .extracting(Folder::getFullName)
                    .containsExactly("INBOX", "INBOX.Inviata");
            assertThat(store.getDefaultFolder().list("%"))
                    .extracting(Folder::getFullName)
                    .containsExactly("INBOX");
            assertThat(store.getPersonalNamespaces()).hasSize(1);
            assertThat(store.getQuota("INBOX")).hasSize(1);
            assertThat(store.id(Map.of("name", "prova"))).containsEntry("name", "pec-sandbox");
            Folder inbox = store.getFolder("INBOX");
            assertThat(inbox.getMessageCount()).isEqualTo(1);
            assertThat(inbox.getUnreadMessageCount()).isEqualTo(1);
        }
    }

    @Test
    void hidesWhatItIsToldTo() throws Exception {
        try (PecSandbox without = TestClient.sandbox()
                        .withoutImap("IDLE")
                        .withoutImap("UIDPLUS")
                        .start();
                IMAPStore store = imaps(without)) {
            assertThat(store.hasCapability("IDLE")).isFalse();
            assertThat(store.hasCapability("UIDPLUS")).isFalse();
            assertThat(store.hasCapability("MOVE")).isTrue();
            IMAPFolder folder = inbox(store, Folder.READ_ONLY);
            assertThatThrownBy(folder::idle).isInstanceOf(MessagingException.class);
        }
    }

    @Test
    void holdsTenThousandMails() throws Exception {
        byte[] mail = mail("tanti");
        for (int i = 0; i < 10_000; i++) {
            sandbox.append(SENDER, mail);
        }
        sandbox.append(SENDER, mail("ultimo"));
        Session session = session(sandbox);
        try (IMAPStore store = imaps(session, sandbox, SENDER)) {
            IMAPFolder folder = inbox(store, Folder.READ_ONLY);
            assertThat(folder.search(new SubjectTerm("ultimo"))).hasSize(1);
            FetchProfile profile = new FetchProfile();
            profile.add(UIDFolder.FetchProfileItem.UID);
            profile.add("Subject");
            Message[] all = folder.getMessages();
            folder.fetch(all, profile);
            assertThat(folder.getUID(all[10_000])).isEqualTo(10_001);
        }
    }
}
