package io.github.pecmailproxy.sandbox;

import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.eclipse.angus.mail.imap.IMAPStore;

/** Sends and reads through a sandbox with Angus Mail, as an application would. */
final class TestClient {
    static final String SENDER = "acme@pec.example";
    static final String PASSWORD = "segreto";

    private TestClient() {}

    static PecSandbox.Builder sandbox() {
        return PecSandbox.builder().account(SENDER, PASSWORD);
    }

    static Session session(PecSandbox sandbox) {
        Properties properties = new Properties();
        for (String protocol : List.of("smtp", "smtps", "imap", "imaps")) {
            properties.put(
                    "mail." + protocol + ".ssl.socketFactory",
                    sandbox.clientSslContext().getSocketFactory());
            properties.put("mail." + protocol + ".connectiontimeout", "10000");
            properties.put("mail." + protocol + ".timeout", "10000");
        }
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        properties.put("mail.smtps.ssl.checkserveridentity", "true");
        properties.put("mail.imaps.ssl.checkserveridentity", "true");
        return Session.getInstance(properties);
    }

    static Transport smtps(PecSandbox sandbox) throws MessagingException {
        Transport transport = session(sandbox).getTransport("smtps");
        transport.connect(sandbox.host(), sandbox.smtpsPort(), SENDER, PASSWORD);
        return transport;
    }

    static IMAPStore imaps(PecSandbox sandbox) throws MessagingException {
        return imaps(session(sandbox), sandbox, SENDER);
    }

    static IMAPStore imaps(Session session, PecSandbox sandbox, String user) throws MessagingException {
        IMAPStore store = (IMAPStore) session.getStore("imaps");
        store.connect(sandbox.host(), sandbox.imapsPort(), user, PASSWORD);
        return store;
    }

    /** Sends a plain message to the recipients, all in To. */
    static void send(PecSandbox sandbox, String messageId, String... to) throws MessagingException {
        sendRaw(sandbox, message(messageId, "To: " + String.join(", ", to)), to);
    }

    static void sendRaw(PecSandbox sandbox, String raw, String... recipients) throws MessagingException {
        try (Transport transport = smtps(sandbox)) {
            transport.sendMessage(fixed(raw), addresses(recipients));
        }
    }

    static String message(String messageId, String... headers) {
        return Stream.concat(
                        Stream.concat(Stream.of("From: " + SENDER), Arrays.stream(headers)),
                        Stream.of(
                                "Subject: Prova",
                                "Message-ID: " + messageId,
                                "MIME-Version: 1.0",
                                "Content-Type: text/plain; charset=utf-8",
                                "",
                                "Testo.",
                                ".una riga con il punto",
                                ""))
                .reduce("", (all, line) -> all + line + "\r\n");
    }

    /** A message that goes out byte for byte. */
    static MimeMessage fixed(String raw) throws MessagingException {
        return new MimeMessage(
                Session.getInstance(new Properties()), new ByteArrayInputStream(raw.getBytes(StandardCharsets.UTF_8))) {
            @Override
            public void saveChanges() {
                // would replace the Message-ID
            }
        };
    }

    static Address[] addresses(String... recipients) throws MessagingException {
        Address[] addresses = new Address[recipients.length];
        for (int i = 0; i < recipients.length; i++) {
            addresses[i] = new InternetAddress(recipients[i]);
        }
        return addresses;
    }

    static List<String> receiptTypes(PecSandbox sandbox) {
        return sandbox.mailbox(SENDER).stream()
                .map(mail -> mail.header("X-Ricevuta").orElse("-"))
                .toList();
    }
}
