package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.sandbox.AcceptedMessage;
import io.github.pecmailproxy.sandbox.DraftSignature;
import io.github.pecmailproxy.sandbox.Fate;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.ReceiptType;
import io.github.pecmailproxy.store.ReceiptFilter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.json.JsonMapper;

/** {@code --sandbox}: a provider inside this program, with real SMTP, IMAP, TLS and signatures, whose hours are seconds. */
final class DemoProvider {
    private static final String MAILBOX = "acme@pec.example";
    private static final String PASSWORD = "sandbox";
    private static final String TENANT = "acme";
    private static final String ACCOUNT = "pec-acme";
    private static final String FORGERY_TARGET = "demo-07";
    private static final int ACCEPTANCE_SECONDS = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final PecSandbox sandbox;
    private final Path folder;

    private DemoProvider(PecSandbox sandbox, Path folder) {
        this.sandbox = sandbox;
        this.folder = folder;
    }

    static DemoProvider start(Path data) throws IOException {
        Path folder = data.toAbsolutePath().normalize();
        Files.createDirectories(folder);
        PecSandbox sandbox = PecSandbox.builder()
                .account(MAILBOX, PASSWORD)
                .stateDirectory(folder.resolve("provider"))
                .start();
        sandbox.fate("ritardo@pec.example", Fate.delayedThenDelivered(Duration.ofSeconds(15), Duration.ofSeconds(40)));
        sandbox.fate("scaduto@pec.example", Fate.timedOut(Duration.ofSeconds(15), Duration.ofSeconds(40)));
        Files.writeString(folder.resolve("tls-ca.pem"), sandbox.tlsCaPem());
        Files.writeString(folder.resolve("receipt-ca.pem"), sandbox.receiptCaPem());
        return new DemoProvider(sandbox, folder);
    }

    Map<String, String> environment() throws IOException {
        return Map.of(
                "GMP_DB_URL", "jdbc:h2:file:" + folder.resolve("database") + ";WRITE_DELAY=0",
                "GMP_POLL_INTERVAL", "2",
                "GMP_TRUST_ANCHORS", folder.resolve("receipt-ca.pem").toString(),
                "GMP_MAIL_AUTHORITIES", folder.resolve("tls-ca.pem").toString(),
                "MAIL_PROXY_ENCRYPTION_KEY", key());
    }

    /** A key of this folder, made once. For a demonstration: a key beside what it protects protects nothing. */
    private String key() throws IOException {
        Path file = folder.resolve("key");
        if (!Files.exists(file)) {
            byte[] key = new byte[32];
            new SecureRandom().nextBytes(key);
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(file, Base64.getEncoder().encodeToString(key), StandardOpenOption.WRITE);
        }
        return Files.readString(file);
    }

    /** Adds the account and the messages, which on a second start are there already. */
    void fill(ConfigurableApplicationContext context) {
        String json = JsonMapper.shared()
                .writeValueAsString(Map.ofEntries(
                        Map.entry("id", ACCOUNT),
                        Map.entry("tenant_id", TENANT),
                        Map.entry("host", sandbox.host()),
                        Map.entry("port", sandbox.smtpsPort()),
                        Map.entry("user", MAILBOX),
                        Map.entry("password", PASSWORD),
                        Map.entry("is_pec_account", true),
                        Map.entry("imap_host", sandbox.host()),
                        Map.entry("imap_port", sandbox.imapsPort()),
                        Map.entry("acceptance_timeout", ACCEPTANCE_SECONDS)));
        context.getBean(Tenants.class).remember(TENANT);
        context.getBean(Accounts.class).save(json);
        MailProxy proxy = context.getBean(MailProxy.class);
        proxy.queue().enqueue(messages());
        Thread forger = new Thread(() -> forge(proxy), "demo-forger");
        forger.setDaemon(true);
        forger.start();
    }

    private static List<OutgoingMessage> messages() {
        return List.of(
                message("demo-01", "Diffida ad adempiere", "mario.rossi@pec.example"),
                message("demo-02", "Fattura n. 12", "virus@pec.example"),
                message("demo-03", "Recesso dal contratto", "sconosciuto@pec.example"),
                message("demo-04", "Offerta tecnica", "rifiutato@pec.example"),
                message("demo-05", "Sollecito di pagamento", "ritardo@pec.example"),
                message("demo-06", "Messa in mora", "scaduto@pec.example"),
                message(FORGERY_TARGET, "Richiesta di accesso agli atti", "silenzio@pec.example"),
                draft("demo-08", "Convocazione di assemblea")
                        .to("lucia.bianchi@pec.example", "piena@pec.example", "studio.verdi@pec.example")
                        .cc("esterno@example.com")
                        .attach(Attachment.of(
                                "ordine del giorno.txt",
                                "text/plain; charset=utf-8",
                                "1. Bilancio\n2. Varie ed eventuali\n".getBytes(StandardCharsets.UTF_8)))
                        .build());
    }

    private static OutgoingMessage message(String id, String subject, String to) {
        return draft(id, subject).to(to).build();
    }

    private static OutgoingMessage.Builder draft(String id, String subject) {
        return OutgoingMessage.builder()
                .tenant(TENANT)
                .id(id)
                .account(ACCOUNT)
                .from(MAILBOX)
                .subject(subject)
                .text("Gentile destinatario,\n\nle inviamo la comunicazione in oggetto.\n\nACME S.r.l.\n");
    }

    /** Puts a receipt into the mailbox that claims a delivery and is signed by a stranger, to show that it is not believed. */
    private void forge(MailProxy proxy) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            Optional<AcceptedMessage> target = sandbox.accepted().stream()
                    .filter(message -> message.recipients().stream()
                            .anyMatch(recipient -> recipient.address().equals("silenzio@pec.example")))
                    .findFirst();
            boolean forged = proxy.receipts().list(ReceiptFilter.ALL).stream()
                    .anyMatch(receipt -> "silenzio@pec.example".equals(receipt.recipient()));
            if (forged) {
                return;
            }
            if (target.isPresent()) {
                sandbox.append(
                        MAILBOX,
                        sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
                                .about(target.get())
                                .recipient("silenzio@pec.example")
                                .signature(DraftSignature.STRANGER)
                                .toBytes());
                return;
            }
            try {
                Thread.sleep(500);
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }
}
