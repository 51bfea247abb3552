package io.github.pecmailproxy.storage.memory;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.operations.OperationalEvent;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Uses the library in a process of its own and prints what came of it. */
final class WithoutBouncyCastleMain {
    private WithoutBouncyCastleMain() {}

    /**
     * Runs.
     *
     * @param arguments a file with a receipt
     */
    public static void main(String[] arguments) throws Exception {
        List<OperationalEvent> operations = new CopyOnWriteArrayList<>();
        try (MailProxy proxy = MailProxy.builder()
                .store(MemoryEventStore.create(InstantSource.system()))
                .operations(operations::add)
                .account(MailAccount.pec("pec-acme")
                        .smtps("smtp.pec.example", 465)
                        .imaps("imap.pec.example", 993)
                        .credentials("acme@pec.example", "parola-segreta")
                        .build())
                .build()) {
            System.out.println("available=" + ProviderTrust.isAvailable());
            System.out.println("told="
                    + operations.stream()
                            .anyMatch(event -> event.toString().contains("Bouncy Castle (bcpkix) is not there")));
            proxy.queue()
                    .enqueue(OutgoingMessage.builder()
                            .id("n1")
                            .account("pec-acme")
                            .from("acme@pec.example")
                            .to("mario@pec.example")
                            .subject("Prova")
                            .text("Testo")
                            .build());
            System.out.println("state=" + proxy.message("n1").orElseThrow().state());
            PecMail mail = proxy.parser().parse(Files.readAllBytes(Path.of(arguments[0])));
            System.out.println("verdict=" + mail.signature().verdict());
            System.out.println("proof=" + (mail instanceof CertifiedReceipt receipt && receipt.isProof()));
            System.out.println("certified=" + (mail instanceof CertifiedReceipt receipt && receipt.isCertified()));
            ByteArrayOutputStream bundle = new ByteArrayOutputStream();
            proxy.receipts().evidence(MessageKey.of("n1")).orElseThrow().writeTo(bundle);
            System.out.println("exported=" + (bundle.size() > 0));
        }
    }
}
