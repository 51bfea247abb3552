package io.github.pecmailproxy.quickstart;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.ReceiptFormat;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import io.github.pecmailproxy.sandbox.AcceptedMessage;
import io.github.pecmailproxy.sandbox.DraftSignature;
import io.github.pecmailproxy.sandbox.Fate;
import io.github.pecmailproxy.sandbox.PecSandbox;
import io.github.pecmailproxy.sandbox.ReceiptType;
import io.github.pecmailproxy.sandbox.SmtpPhase;
import io.github.pecmailproxy.store.Disposition;
import io.github.pecmailproxy.store.ReceiptFilter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A provider inside this program, with real SMTP, IMAP, TLS and signatures, whose hours are seconds. */
final class SimulatedProvider implements Provider {
    private static final String MAILBOX = "acme@pec.example";
    private static final String PASSWORD = "quickstart";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration TURN = Duration.ofMillis(200);
    private static final String FORGERY_TARGET = "demo-07";

    private final PecSandbox sandbox;
    private final List<DemoMessage> demo = List.of(
            demo("demo-01", "Diffida ad adempiere", "delivered", "mario.rossi@pec.example"),
            new DemoMessage(
                    message("demo-02", "Convocazione di assemblea")
                            .to("lucia@pec.example", "piena@pec.example", "esterno@example.com")
                            .attach(Attachment.of(
                                    "ordine del giorno.txt",
                                    "text/plain; charset=utf-8",
                                    "1. Bilancio\n2. Varie ed eventuali\n".getBytes(StandardCharsets.UTF_8)))
                            .receiptFormat(ReceiptFormat.BREVE)
                            .build(),
                    List.of("delivered", "mailbox full", "accepted (not PEC)")),
            demo("demo-03", "Recesso dal contratto", "recipient unknown", "sconosciuto@pec.example"),
            demo("demo-04", "Fattura n. 12", "virus", "virus@pec.example"),
            demo("demo-05", "Sollecito di pagamento", "delivered", "ritardo@pec.example"),
            demo("demo-06", "Messa in mora", "timeout", "scaduto@pec.example"),
            demo("demo-07", "Richiesta di accesso agli atti", "no answer", "silenzio@pec.example"),
            demo("demo-08", "Offerta tecnica", "formal error", "rifiutato@pec.example"),
            demo("demo-09", "Comunicazione interrotta", "delivered", "interrotto@pec.example"),
            demo("demo-10", "Comunicazione ritentata", "delivered", "ritentato@pec.example"));

    private SimulatedProvider(PecSandbox sandbox) {
        this.sandbox = sandbox;
    }

    static SimulatedProvider start(Path data) {
        PecSandbox sandbox = PecSandbox.builder()
                .account(MAILBOX, PASSWORD)
                .stateDirectory(data.resolve("simulated-provider"))
                .start();
        // Twelve hours pass in four seconds here.
        sandbox.fate("ritardo@pec.example", Fate.delayedThenDelivered(Duration.ofSeconds(4), Duration.ofSeconds(7)));
        sandbox.fate("scaduto@pec.example", Fate.timedOut(Duration.ofSeconds(4), Duration.ofSeconds(8)));
        // One message is taken and the line drops before the answer; another is refused at first.
        sandbox.smtp().at(SmtpPhase.FINAL_DOT).of("interrotto@pec.example").acceptThenDrop();
        sandbox.smtp().at(SmtpPhase.RCPT).of("ritentato@pec.example").reply(451, "4.3.2 try again later");
        return new SimulatedProvider(sandbox);
    }

    private static DemoMessage demo(String id, String subject, String outcome, String to) {
        return new DemoMessage(message(id, subject).to(to).build(), List.of(outcome));
    }

    private static OutgoingMessage.Builder message(String id, String subject) {
        return OutgoingMessage.builder()
                .id(id)
                .account("pec-acme")
                .from(MAILBOX)
                .subject(subject)
                .text("Gentile destinatario,\n\nle inviamo la comunicazione in oggetto.\n\nACME S.r.l.\n");
    }

    @Override
    public String name() {
        return "simulated";
    }

    @Override
    public String description() {
        return "simulated, in this program: SMTPS on " + sandbox.host() + ":" + sandbox.smtpsPort() + ", IMAPS on "
                + sandbox.host() + ":" + sandbox.imapsPort() + "; its hours are seconds";
    }

    @Override
    public MailAccount account() {
        return MailAccount.pec("pec-acme")
                .smtps(sandbox.host(), sandbox.smtpsPort())
                .imaps(sandbox.host(), sandbox.imapsPort())
                .credentials(MAILBOX, PASSWORD)
                .tlsTrust(TlsTrust.of(sandbox.tlsCa()))
                .acceptanceTimeout(Duration.ofSeconds(10))
                .deliveryTimeout(Duration.ofSeconds(12))
                .build();
    }

    @Override
    public ProviderTrust trust() {
        return ProviderTrust.builder().anchor(sandbox.receiptCa()).build();
    }

    @Override
    public Duration pollInterval() {
        return Duration.ofSeconds(2);
    }

    @Override
    public List<OutgoingMessage> messages() {
        return demo.stream().map(DemoMessage::message).toList();
    }

    @Override
    public boolean awaitOutcomes(MailProxy proxy, LiveProgress progress) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean forged = false;
        while (System.nanoTime() < end) {
            forged = forged || forge(proxy);
            boolean settled = demo.stream()
                    .allMatch(one -> proxy.message(one.message().key())
                            .filter(Outcomes::isSettled)
                            .isPresent());
            if (settled && forged && !refused(proxy).isEmpty()) {
                progress.drain();
                return true;
            }
            progress.pause(TURN);
        }
        return false;
    }

    /** Puts a receipt into the mailbox that claims a delivery and is signed by a stranger. */
    private boolean forge(MailProxy proxy) {
        if (!refused(proxy).isEmpty()) {
            return true;
        }
        Optional<TrackedMessage> target =
                proxy.message(FORGERY_TARGET).filter(message -> message.state().wasSent());
        Optional<AcceptedMessage> accepted = target.flatMap(message -> sandbox.accepted().stream()
                .filter(one ->
                        one.messageId().filter(message.messageId()::equals).isPresent())
                .findFirst());
        accepted.ifPresent(one -> sandbox.append(
                MAILBOX,
                sandbox.draft(ReceiptType.AVVENUTA_CONSEGNA)
                        .about(one)
                        .recipient("silenzio@pec.example")
                        .signature(DraftSignature.STRANGER)
                        .toBytes()));
        return accepted.isPresent();
    }

    private static List<?> refused(MailProxy proxy) {
        return proxy.receipts().list(ReceiptFilter.ALL.with(Disposition.REFUSED));
    }

    @Override
    public List<String> surprises(MailProxy proxy) {
        List<String> surprises = new ArrayList<>();
        for (DemoMessage one : demo) {
            List<String> outcomes =
                    proxy.message(one.message().key()).map(Outcomes::of).orElse(List.of());
            if (!outcomes.equals(one.outcomes())) {
                surprises.add(one.message().key().id() + " should be " + one.outcomes() + " and is " + outcomes);
            }
            long copies = proxy.message(one.message().key()).stream()
                    .flatMap(message -> sandbox.accepted().stream()
                            .filter(accepted -> accepted.messageId()
                                    .filter(message.messageId()::equals)
                                    .isPresent()))
                    .count();
            if (copies != 1) {
                surprises.add(one.message().key().id() + " reached the provider " + copies + " times");
            }
        }
        return surprises;
    }

    @Override
    public String farewell() {
        return "Every message has the fate it was meant to have, and the provider got each exactly once.";
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
