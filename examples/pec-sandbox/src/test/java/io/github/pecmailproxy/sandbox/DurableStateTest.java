package io.github.pecmailproxy.sandbox;

import static io.github.pecmailproxy.sandbox.TestClient.PASSWORD;
import static io.github.pecmailproxy.sandbox.TestClient.SENDER;
import static io.github.pecmailproxy.sandbox.TestClient.receiptTypes;
import static io.github.pecmailproxy.sandbox.TestClient.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.eclipse.angus.mail.imap.IMAPFolder;
import org.eclipse.angus.mail.imap.IMAPStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sandbox knows after its process was killed and started again on the same state directory. */
class DurableStateTest {
    private static final String RECIPIENT = "mario@pec.example";

    @TempDir
    private Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T11:00:00Z"));
    private final List<PecSandbox> lives = new ArrayList<>();

    @AfterEach
    void stop() {
        lives.forEach(PecSandbox::close);
    }

    @Test
    void hasTheSameMailboxesUidsFlagsAndFolders() throws Exception {
        PecSandbox before = start(builder());
        send(before, "<uno@acme>", RECIPIENT, "piena@altri.example");
        send(before, "<due@acme>", RECIPIENT);
        before.append(SENDER, "Archivio", "Subject: a\r\n\r\nb\r\n".getBytes(StandardCharsets.UTF_8));
        before.append(SENDER, "Da buttare", new byte[] {0, (byte) 0xFF, '\r', '\n'});
        before.append(RECIPIENT, "Con\ttabulazione \\ e a capo\n", new byte[0]);
        try (IMAPStore store = TestClient.imaps(before);
                Folder inbox = store.getFolder("INBOX")) {
            inbox.open(Folder.READ_WRITE);
            inbox.getMessage(1).setFlag(Flags.Flag.FLAGGED, true);
            inbox.getMessage(1).setFlag(Flags.Flag.SEEN, true);
            inbox.getMessage(1).setFlag(Flags.Flag.SEEN, false);
            inbox.getMessage(2).setFlag(Flags.Flag.SEEN, true);
            inbox.copyMessages(new Message[] {inbox.getMessage(3)}, store.getFolder("Archivio"));
            assertThat(store.getFolder("Da buttare").delete(false)).isTrue();
        }
        before.expunge(SENDER, 4);
        before.renumber(RECIPIENT);

        PecSandbox after = start(builder(killed(before)));

        assertThat(after.mailbox(SENDER)).hasSize(4);
        for (String folder :
                List.of("INBOX", "Archivio", WireShape.ARUBA_2018.style().sentFolder())) {
            assertSameMails(before, after, SENDER, folder);
        }
        assertSameMails(before, after, RECIPIENT, "INBOX");
        assertSameMails(before, after, RECIPIENT, "Con\ttabulazione \\ e a capo\n");
        assertThat(after.mailbox(SENDER).get(0).flags()).containsExactly("\\Flagged");
        assertThat(after.uidValidity(SENDER)).isEqualTo(before.uidValidity(SENDER));
        assertThat(after.uidValidity(RECIPIENT)).isEqualTo(before.uidValidity(RECIPIENT));
        assertThatThrownBy(() -> after.mailbox(SENDER, "Da buttare")).hasMessageContaining("Da buttare");
        send(after, "<tre@acme>", "silenzio@altri.example");
        assertThat(after.mailbox(SENDER).get(4).uid()).isEqualTo(6);
    }

    @Test
    void neverGivesAUidOrUidValidityAgain() throws Exception {
        PecSandbox before = start(builder());
        send(before, "<uno@acme>", "consegnato@altri.example");
        before.expunge(SENDER, 1, 2);
        before.append(SENDER, "Progetti", new byte[] {'a'});
        long validity = uidValidity(before, "Progetti");
        try (IMAPStore store = TestClient.imaps(before)) {
            assertThat(store.getFolder("Progetti").delete(false)).isTrue();
        }

        PecSandbox after = start(builder(killed(before)));

        assertThat(after.append(SENDER, new byte[] {'b'})).isEqualTo(3);
        after.append(SENDER, "Progetti", new byte[] {'c'});
        assertThat(uidValidity(after, "Progetti")).isGreaterThan(validity);
    }

    @Test
    void showsTheMessagesAcceptedInEarlierLives() throws Exception {
        PecSandbox before = start(builder());
        send(before, "<uno@acme>", "consegnato@altri.example", "esterno@example.com");
        now.set(now.get().plusSeconds(90));
        send(before, "<due@acme>", "rifiutato@altri.example");

        PecSandbox after = start(builder(killed(before)));
        send(after, "<tre@acme>", "consegnato@altri.example");

        assertThat(after.accepted()).extracting(AcceptedMessage::number).containsExactly(1L, 2L, 3L);
        for (int i = 0; i < 2; i++) {
            AcceptedMessage then = before.accepted().get(i);
            AcceptedMessage now = after.accepted().get(i);
            assertThat(now.acceptedAt()).isEqualTo(then.acceptedAt());
            assertThat(now.user()).isEqualTo(then.user());
            assertThat(now.sender()).isEqualTo(then.sender());
            assertThat(now.recipients()).isEqualTo(then.recipients());
            assertThat(now.messageId()).isEqualTo(then.messageId());
            assertThat(now.identifier()).isEqualTo(then.identifier());
            assertThat(now.refusal()).isEqualTo(then.refusal());
            assertThat(now.raw()).isEqualTo(then.raw());
        }
        assertThat(after.accepted().get(1).refusal()).contains("allegato non consentito");
    }

    @Test
    void signsWithTheSameAuthoritiesAndTellsNoIdentifierTwice() throws Exception {
        PecSandbox before = start(builder());
        send(before, "<uno@acme>", "consegnato@altri.example");

        PecSandbox after = start(builder(killed(before)));
        send(after, "<due@acme>", "consegnato@altri.example");

        assertThat(after.tlsCa()).isEqualTo(before.tlsCa());
        assertThat(after.receiptCa()).isEqualTo(before.receiptCa());
        assertThat(after.receiptRoot()).isEqualTo(before.receiptRoot());
        for (StoredMail mail : after.mailbox(SENDER)) {
            SignedMail.of(mail).assertGenuine(before);
        }
        assertThat(after.mailbox(SENDER)).hasSize(4);
        assertThat(after.mailbox(SENDER))
                .extracting(mail -> mail.header("Message-ID").orElseThrow())
                .doesNotHaveDuplicates();
        try (IMAPStore store = TestClient.imaps(TestClient.session(before), after, SENDER)) {
            assertThat(store.isConnected())
                    .as("a client that trusts the old TLS authority")
                    .isTrue();
        }
    }

    @Test
    void deliversWhatIsDueOnceAndAtItsTime() throws Exception {
        PecSandbox first = start(builder().manual().fate("lento@altri.example", Fate.delayedThenDelivered()));
        send(first, "<uno@acme>", "lento@altri.example", "scaduto@altri.example", RECIPIENT);
        Instant accepted = now.get();
        assertThat(first.deliverDue()).isEqualTo(2);

        now.set(accepted.plus(Duration.ofMinutes(12 * 60 + 30)));
        PecSandbox second = start(builder(killed(first)).manual());
        assertThat(second.pending()).isEqualTo(4);
        assertThat(second.deliverDue()).isEqualTo(2);
        assertThat(second.deliverDue()).isZero();

        now.set(accepted.plus(Duration.ofHours(25)));
        PecSandbox third = start(builder(killed(second)).manual());
        assertThat(third.deliverDue()).isEqualTo(2);

        PecSandbox fourth = start(builder(killed(third)).manual());
        assertThat(fourth.pending()).isZero();
        assertThat(receiptTypes(fourth))
                .containsExactly(
                        "accettazione",
                        "avvenuta-consegna",
                        "preavviso-errore-consegna",
                        "preavviso-errore-consegna",
                        "avvenuta-consegna",
                        "preavviso-errore-consegna");
        assertThat(fourth.mailbox(RECIPIENT)).hasSize(1);
        SignedMail notice = SignedMail.of(fourth.mailbox(SENDER).get(2));
        notice.assertGenuine(first);
        assertThat(notice.daticert().only("ora")).as("twelve hours after noon").isEqualTo("00:00:00");
    }

    @Test
    void keepsEveryKindOfFate() throws Exception {
        List<Fate> fates = List.of(
                Fate.delivered(),
                Fate.unknownMailbox(DaticertError.NO_DEST),
                Fate.virusAtRecipient(),
                Fate.delayedThenDelivered(),
                Fate.timedOut(),
                Fate.timedOutWithoutWarning(),
                Fate.neverAnswered(),
                Fate.external(),
                Fate.externalBounced());
        PecSandbox.Builder builder = builder().manual();
        String[] recipients = new String[fates.size()];
        for (int i = 0; i < fates.size(); i++) {
            recipients[i] = "r" + i + "@altri.example";
            builder.fate(recipients[i], fates.get(i));
        }
        PecSandbox before = start(builder);
        send(before, "<uno@acme>", recipients);
        send(before, "<due@acme>", "virus-mittente@altri.example");

        PecSandbox after = start(builder(killed(before)).manual());
        now.set(now.get().plus(Duration.ofDays(2)));
        assertThat(after.deliverDue()).isEqualTo(before.deliverDue()).isEqualTo(11);

        assertThat(receiptTypes(after)).isEqualTo(receiptTypes(before)).hasSize(11);
    }

    @Test
    void ignoresABatchThatWasNotWrittenToItsEnd() throws Exception {
        PecSandbox before = start(builder());
        send(before, "<uno@acme>", "consegnato@altri.example");
        Path killed = killed(before);
        Path journal = killed.resolve("journal.txt");
        long whole = Files.size(journal);
        Files.writeString(
                journal,
                "mail-stored\t" + SENDER + "\tINBOX\t3\t2026-11-23T11:00:00Z\t000099.eml\nmessage-acc",
                StandardOpenOption.APPEND);

        PecSandbox after = start(builder(killed));

        assertThat(receiptTypes(after)).containsExactly("accettazione", "avvenuta-consegna");
        assertThat(Files.size(journal)).isEqualTo(whole);
        send(after, "<due@acme>", "consegnato@altri.example");
        assertThat(start(builder(killed(after))).mailbox(SENDER)).hasSize(4);
    }

    /** However many bytes of the journal reached the disk, what stands there is whole. */
    @Test
    void makesSenseOfAJournalCutAnywhere() throws Exception {
        PecSandbox before = start(builder());
        send(before, "<uno@acme>", RECIPIENT, "piena@altri.example");
        byte[] journal = Files.readAllBytes(killed(before).resolve("journal.txt"));
        Path copy = killed(before);
        for (int length = 0; length < journal.length; length += 61) {
            Files.write(copy.resolve("journal.txt"), Arrays.copyOf(journal, length));
            try (PecSandbox after = builder(copy).manual().start()) {
                after.deliverDue();
                if (after.accepted().isEmpty()) {
                    assertThat(after.mailbox(SENDER)).as("cut at " + length).isEmpty();
                } else {
                    assertThat(receiptTypes(after))
                            .as("cut at " + length)
                            .containsExactly("accettazione", "avvenuta-consegna", "errore-consegna");
                    assertThat(after.mailbox(RECIPIENT)).hasSize(1);
                }
            }
        }
    }

    @Test
    void keepsDeliveringToAMailboxNobodyOpenedAgain() throws Exception {
        PecSandbox before = start(builder().manual());
        send(before, "<uno@acme>", RECIPIENT);

        PecSandbox without = start(PecSandbox.builder().clock(now::get).manual().stateDirectory(killed(before)));
        assertThat(without.deliverDue()).isEqualTo(2);
        assertThatThrownBy(() -> TestClient.imaps(without))
                .isInstanceOf(jakarta.mail.AuthenticationFailedException.class);

        without.account(SENDER, PASSWORD);
        assertThat(receiptTypes(without)).containsExactly("accettazione", "avvenuta-consegna");
        TestClient.imaps(without).close();
    }

    @Test
    void remembersWhatFoundNoRoom() throws Exception {
        PecSandbox before = start(builder().mailboxQuota(10));
        send(before, "<uno@acme>", "consegnato@altri.example");

        PecSandbox after = start(builder(killed(before)).mailboxQuota(10));

        assertThat(after.lostMails(SENDER)).isEqualTo(before.lostMails(SENDER)).isEqualTo(2);
    }

    @Test
    void refusesADirectoryInUse() {
        PecSandbox first = start(builder());

        assertThatThrownBy(() -> builder().start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("stateDirectory is in use")
                .hasMessageContaining(directory.toString());

        first.close();
        assertThat(start(builder()).accepted()).isEmpty();
    }

    @Test
    void namesADirectoryItCannotUse() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> builder(file).start())
                .hasMessageContaining("stateDirectory")
                .hasMessageContaining(file.toString());
    }

    @Test
    void writesNothingAfterClose() throws Exception {
        PecSandbox sandbox = start(builder().manual());
        send(sandbox, "<uno@acme>", "consegnato@altri.example");
        sandbox.close();
        long journal = Files.size(directory.resolve("journal.txt"));

        assertThatThrownBy(sandbox::deliverDue).hasMessageContaining("closed");
        assertThatThrownBy(() -> sandbox.append(SENDER, new byte[1])).hasMessageContaining("closed");

        assertThat(Files.size(directory.resolve("journal.txt"))).isEqualTo(journal);
        assertThat(start(builder().manual()).deliverDue()).isEqualTo(2);
    }

    private PecSandbox.Builder builder() {
        return builder(directory);
    }

    private PecSandbox.Builder builder(Path stateDirectory) {
        return TestClient.sandbox().account(RECIPIENT, PASSWORD).clock(now::get).stateDirectory(stateDirectory);
    }

    private PecSandbox start(PecSandbox.Builder builder) {
        PecSandbox sandbox = builder.start();
        lives.add(sandbox);
        return sandbox;
    }

    /** What a kill at this moment would leave on the disk: a copy, as the abandoned sandbox still holds its directory. */
    private Path killed(PecSandbox abandoned) throws IOException {
        Path source = lives.indexOf(abandoned) == 0 ? directory : directory.resolve("life-" + lives.indexOf(abandoned));
        Path copy = directory.resolve("life-" + lives.size());
        Files.createDirectories(copy.resolve("mails"));
        for (String file : List.of("keys.p12", "journal.txt")) {
            Files.copy(source.resolve(file), copy.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        try (Stream<Path> mails = Files.list(source.resolve("mails"))) {
            for (Path mail : mails.toList()) {
                Files.copy(
                        mail, copy.resolve("mails").resolve(mail.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return copy;
    }

    private static void assertSameMails(PecSandbox before, PecSandbox after, String mailbox, String folder) {
        List<StoredMail> then = before.mailbox(mailbox, folder);
        List<StoredMail> now = after.mailbox(mailbox, folder);
        assertThat(now).hasSameSizeAs(then);
        for (int i = 0; i < then.size(); i++) {
            assertThat(now.get(i).uid()).isEqualTo(then.get(i).uid());
            assertThat(now.get(i).flags()).isEqualTo(then.get(i).flags());
            assertThat(now.get(i).receivedAt()).isEqualTo(then.get(i).receivedAt());
            assertThat(now.get(i).raw()).isEqualTo(then.get(i).raw());
        }
    }

    private static long uidValidity(PecSandbox sandbox, String folder) throws Exception {
        try (IMAPStore store = TestClient.imaps(sandbox)) {
            return ((IMAPFolder) store.getFolder(folder)).getUIDValidity();
        }
    }
}
