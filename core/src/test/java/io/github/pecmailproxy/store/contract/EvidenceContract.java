package io.github.pecmailproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.evidence.EvidenceBundle;
import io.github.pecmailproxy.evidence.EvidenceCheck;
import io.github.pecmailproxy.evidence.EvidenceRule;
import io.github.pecmailproxy.evidence.EvidenceVerification;
import io.github.pecmailproxy.evidence.MessageEvidence;
import io.github.pecmailproxy.evidence.OriginalProof;
import io.github.pecmailproxy.evidence.ProvenEvent;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.RecipientState;
import io.github.pecmailproxy.message.RecipientStatus;
import io.github.pecmailproxy.pec.PecEvent;
import io.github.pecmailproxy.pec.ReceiptFormat;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.sandbox.DraftSignature;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.ReceiptType;
import io.github.pecmailproxy.sandbox.SmtpPhase;
import io.github.pecmailproxy.sandbox.StoredMail;
import io.github.pecmailproxy.store.EventStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What a store keeps proves what became of a message: exported after a run of the whole engine against the sandbox, then verified without the
 * store. Extend it and say how to open the store.
 */
public abstract class EvidenceContract {
    private static final String MAILBOX = "acme@pec.example";
    private static final String PASSWORD = "correct horse battery staple";

    @TempDir
    private Path folder;

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-23T08:00:00Z"));
    private PecSandbox sandbox;
    private MailProxy proxy;

    /**
     * Opens an empty store.
     *
     * @param source the clock the store is to name as its own
     */
    protected abstract EventStore openStore(InstantSource source);

    @BeforeEach
    void start() {
        sandbox = PecSandbox.builder()
                .account(MAILBOX, PASSWORD)
                .clock(clock)
                .manual()
                .start();
        proxy = MailProxy.builder()
                .store(openStore(clock))
                .trust(trust())
                .account(MailAccount.pec("pec-acme")
                        .smtps(sandbox.host(), sandbox.smtpsPort())
                        .imaps(sandbox.host(), sandbox.imapsPort())
                        .credentials(MAILBOX, PASSWORD)
                        .tlsTrust(TlsTrust.of(sandbox.tlsCa()))
                        .build())
                .build();
    }

    @AfterEach
    void stop() {
        proxy.close();
        sandbox.close();
    }

    private ProviderTrust trust() {
        return ProviderTrust.builder().anchor(sandbox.receiptCa()).clock(clock).build();
    }

    private static OutgoingMessage.Builder message() {
        return OutgoingMessage.builder()
                .id("n1")
                .account("pec-acme")
                .from(MAILBOX)
                .to("mario@pec.example", "piena@pec.example")
                .subject("Diffida n. 1: perché no")
                .text("Gentile destinatario, ecco la comunicazione.")
                .attach(Attachment.of(
                        "contratto è.pdf", "application/pdf", "%PDF il contratto".getBytes(StandardCharsets.UTF_8)));
    }

    private void send(OutgoingMessage.Builder message) {
        proxy.queue().enqueue(message.build());
        turn();
    }

    private void turn() {
        proxy.steps().dispatchOnce();
        sandbox.deliverDue();
        proxy.steps().pollOnce();
        proxy.steps().checkTimeoutsOnce();
    }

    private MessageEvidence evidence() {
        return proxy.receipts().evidence(MessageKey.of("n1")).orElseThrow();
    }

    private byte[] exported() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        evidence().writeTo(out);
        return out.toByteArray();
    }

    private EvidenceVerification verified(byte[] zip) throws IOException {
        return EvidenceBundle.verify(Files.write(folder.resolve("bundle.zip"), zip), trust());
    }

    private static Map<String, byte[]> unpacked(byte[] zip) throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), in.readAllBytes());
            }
        }
        return files;
    }

    private static Set<EvidenceRule> failedRules(EvidenceVerification verification) {
        return verification.failures().stream().map(EvidenceCheck::rule).collect(Collectors.toSet());
    }

    // ---------------------------------------------------------------------------------------------------- exporting

    @Test
    void exportsWhatWasSentAndEveryReceiptByteForByte() throws IOException {
        send(message());

        Map<String, byte[]> files = unpacked(exported());

        assertThat(files.keySet())
                .startsWith("verification.txt", "index.json", "SHA256SUMS", "original.eml")
                .contains(
                        "receipts/01-accettazione.eml",
                        "receipts/02-avvenuta-consegna-mario@pec.example.eml",
                        "receipts/03-errore-consegna-piena@pec.example.eml");
        assertThat(files.get("original.eml"))
                .isEqualTo(sandbox.accepted().get(0).raw());
        List<StoredMail> mails = sandbox.mailbox(MAILBOX);
        assertThat(files.get("receipts/01-accettazione.eml"))
                .isEqualTo(mails.get(0).raw());
        assertThat(files.get("receipts/02-avvenuta-consegna-mario@pec.example.eml"))
                .isEqualTo(mails.get(1).raw());
        assertThat(files.keySet().stream().filter(name -> name.startsWith("certificates/")))
                .isNotEmpty();
    }

    @Test
    void describesEveryReceiptInTheIndex() throws IOException {
        send(message());

        JsonNode index = new ObjectMapper().readTree(unpacked(exported()).get("index.json"));

        assertThat(index.at("/format").asText()).isEqualTo("pec-evidence/1");
        assertThat(index.at("/message/id").asText()).isEqualTo("n1");
        assertThat(index.at("/message/message_id").asText())
                .isEqualTo(sandbox.accepted().get(0).messageId().orElseThrow());
        JsonNode delivery = index.at("/receipts/1");
        StoredMail mail = sandbox.mailbox(MAILBOX).get(1);
        assertThat(delivery.at("/uid").asLong()).isEqualTo(mail.uid());
        assertThat(delivery.at("/folder").asText()).isEqualTo("INBOX");
        assertThat(delivery.at("/arrived_at").asText()).isEqualTo("2026-11-23T08:00:00Z");
        assertThat(delivery.at("/recorded/verdict").asText()).isEqualTo("trusted");
        assertThat(delivery.at("/contents/certified_at").asText()).isEqualTo("2026-11-23T08:00:00Z");
        assertThat(delivery.at("/contents/legal_time").asText()).isEqualTo("2026-11-23T09:00+01:00");
        assertThat(delivery.at("/signature/verdict").asText()).isEqualTo("trusted");
        assertThat(delivery.at("/signature/proof").asBoolean()).isTrue();
        assertThat(delivery.at("/signature/chain")).hasSize(2);
        assertThat(index.at("/events").findValuesAsText("type"))
                .containsExactly("queued", "sent", "pec_acceptance", "pec_delivery", "pec_error");
        assertThat(index.at("/certificates/0/subject").asText()).contains("CN=");
    }

    @Test
    void explainsItselfInItalianAndEnglish() throws IOException {
        send(message());

        String text = new String(unpacked(exported()).get("verification.txt"), StandardCharsets.UTF_8);

        assertThat(text)
                .contains("Mittente: " + MAILBOX, "Oggetto: Diffida n. 1: perché no")
                .contains("Il messaggio è stato consegnato nella casella di mario@pec.example"
                        + " il 23/11/2026 alle 09:00:00 (ora legale italiana, UTC+01:00; UTC 2026-11-23T08:00:00Z)")
                .contains("Il messaggio NON è stato consegnato a piena@pec.example")
                .contains("The message was delivered to the mailbox of mario@pec.example on 23/11/2026 at 09:00:00")
                .contains("openssl cms -verify", "sha256sum -c SHA256SUMS", "--verify-bundle")
                .contains("una copia integrale del messaggio")
                .contains(evidence().original().sha256());
    }

    @Test
    void exportsTheSameBytesAgain() throws IOException {
        send(message());
        byte[] first = exported();
        clock.advance(Duration.ofDays(400));

        assertThat(exported()).isEqualTo(first);
        Path file = folder.resolve("same.zip");
        evidence().writeTo(file);
        assertThat(file).hasBinaryContent(first);
        assertThat(folder).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void exportsWhatThereIsBeforeAnyReceiptCame() throws IOException {
        proxy.queue().enqueue(message().build());

        EvidenceVerification verification = verified(exported());

        assertThat(verification.failures()).isEmpty();
        assertThat(verification.proven()).isEmpty();
        assertThat(verification.originalProof()).isEqualTo(OriginalProof.RECORDED_HASH);
    }

    @Test
    void hasNoEvidenceOfAMessageThatDoesNotExist() {
        assertThat(proxy.receipts().evidence(MessageKey.of("nowhere"))).isEmpty();
    }

    @Test
    void showsWhatWasRefusedAndCountsItNot() throws IOException {
        send(message());
        for (DraftSignature whose : DraftSignature.values()) {
            if (whose != DraftSignature.PROVIDER) {
                sandbox.append(
                        MAILBOX,
                        sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
                                .about(sandbox.accepted().get(0))
                                .recipient("piena@pec.example")
                                .signature(whose)
                                .toBytes());
            }
        }
        turn();

        byte[] zip = exported();
        EvidenceVerification verification = verified(zip);

        assertThat(verification.failures()).isEmpty();
        assertThat(verification.proven())
                .extracting(ProvenEvent::event)
                .containsExactly(PecEvent.PEC_ACCEPTANCE, PecEvent.PEC_DELIVERY, PecEvent.PEC_ERROR);
        assertThat(new String(unpacked(zip).get("verification.txt"), StandardCharsets.UTF_8))
                .contains(
                        "receipts/04-avvenuta-consegna-piena@pec.example.eml: non accettata come prova;",
                        "receipts/07-avvenuta-consegna-piena@pec.example.eml: non accettata come prova;");
    }

    // ---------------------------------------------------------------------------------------------------- verifying

    @Test
    void provesWhatBecameOfEveryRecipient() throws IOException {
        send(message());

        EvidenceVerification verification = verified(exported());

        assertThat(verification.failures()).isEmpty();
        assertThat(verification.holds()).isTrue();
        assertThat(verification.proven())
                .extracting(ProvenEvent::event, event -> event.recipient().orElse("-"))
                .containsExactly(
                        tuple(PecEvent.PEC_ACCEPTANCE, "-"),
                        tuple(PecEvent.PEC_DELIVERY, "mario@pec.example"),
                        tuple(PecEvent.PEC_ERROR, "piena@pec.example"));
        assertThat(verification.proven().get(1).time()).isEqualTo(Instant.parse("2026-11-23T08:00:00Z"));
        assertThat(verification.checks()).extracting(EvidenceCheck::rule).contains(EvidenceRule.values());
    }

    @ParameterizedTest
    @CsvSource({"COMPLETA, SIGNED_COPY", "BREVE, ATTACHMENT_HASHES", "SINTETICA, RECORDED_HASH"})
    void tellsWhatProvesTheOriginal(ReceiptFormat format, OriginalProof proof) throws IOException {
        send(message().receiptFormat(format));

        EvidenceVerification verification = verified(exported());

        assertThat(verification.failures()).isEmpty();
        assertThat(verification.originalProof()).isEqualTo(proof);
    }

    /** What the sender's server refuses or a foreign system sends back is certified by nobody, and only an event stands for it. */
    @Test
    void wantsTheEventOfAFailureThatNobodyCertifies() throws IOException {
        sandbox.smtp().at(SmtpPhase.RCPT).reply(550, "5.1.1 no such user");
        send(message());
        assertThat(evidence().message().recipients())
                .extracting(RecipientStatus::state, RecipientStatus::reason)
                .containsExactly(tuple(RecipientState.FAILED, "refused"), tuple(RecipientState.FAILED, "not_sent"));
        Map<String, byte[]> files = unpacked(exported());

        assertThat(verified(packed(files)).failures()).isEmpty();
        assertThat(verified(packed(withoutEvents(files, "error"))).failures())
                .hasSize(2)
                .allSatisfy(check -> assertThat(check.rule()).isEqualTo(EvidenceRule.STATE))
                .allSatisfy(check -> assertThat(check.detail()).contains("has no event error"));
    }

    @Test
    void wantsTheEventOfABounce() throws IOException {
        send(OutgoingMessage.builder()
                .id("n1")
                .account("pec-acme")
                .from(MAILBOX)
                .to("mario@pec.example", "esterno-rimbalzo@example.com")
                .subject("Diffida")
                .text("Testo"));
        turn();
        assertThat(evidence().message().recipients())
                .extracting(RecipientStatus::state, RecipientStatus::reason)
                .containsExactly(tuple(RecipientState.DELIVERED, null), tuple(RecipientState.FAILED, "bounce"));
        Map<String, byte[]> files = unpacked(exported());

        EvidenceVerification verification = verified(packed(files));
        assertThat(verification.failures()).isEmpty();
        assertThat(verification.proven())
                .extracting(ProvenEvent::event)
                .containsExactly(PecEvent.PEC_ACCEPTANCE, PecEvent.PEC_DELIVERY);
        assertThat(verified(packed(withoutEvents(files, "bounce"))).failures())
                .singleElement()
                .satisfies(check -> assertThat(check.rule()).isEqualTo(EvidenceRule.STATE))
                .satisfies(check -> assertThat(check.detail()).contains("has no event bounce"));
    }

    /** Removes the events of a type from the index, with the hashes that follow. */
    private static Map<String, byte[]> withoutEvents(Map<String, byte[]> files, String type) {
        String index = new String(files.get("index.json"), StandardCharsets.UTF_8);
        Matcher event = Pattern.compile("    \\{\n      \"type\": \"" + type + "\".*?\n    \\},?\n", Pattern.DOTALL)
                .matcher(index);
        assertThat(event.find()).as("an event " + type).isTrue();
        String without = event.replaceAll("").replace("},\n  ],", "}\n  ],");
        byte[] edited = without.getBytes(StandardCharsets.UTF_8);
        String sums = new String(files.get("SHA256SUMS"), StandardCharsets.UTF_8)
                .replaceFirst("[0-9a-f]{64}(?=  index.json)", Sha256.hex(edited));
        Map<String, byte[]> changed = new LinkedHashMap<>(files);
        changed.put("index.json", edited);
        changed.put("SHA256SUMS", sums.getBytes(StandardCharsets.UTF_8));
        return changed;
    }

    private static byte[] packed(Map<String, byte[]> files) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream out = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                out.putNextEntry(new ZipEntry(file.getKey()));
                out.write(file.getValue());
                out.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void doesNotHoldForWhoTrustsOthers() throws IOException {
        send(message());
        Path file = Files.write(folder.resolve("bundle.zip"), exported());

        EvidenceVerification verification = EvidenceBundle.verify(file, ProviderTrust.defaults());

        assertThat(failedRules(verification)).contains(EvidenceRule.SIGNATURE, EvidenceRule.STATE);
        assertThat(verification.proven()).isEmpty();
        assertThat(verification.originalProof()).isEqualTo(OriginalProof.RECORDED_HASH);
    }
}
