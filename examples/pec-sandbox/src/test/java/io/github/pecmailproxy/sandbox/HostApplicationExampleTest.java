package io.github.pecmailproxy.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The example in the Javadoc of {@link PecSandbox}, with a small application in the place of the host's own. */
class HostApplicationExampleTest {
    private final PecSandbox sandbox =
            PecSandbox.builder().account("acme@pec.example", "secret").start();

    private final NoticeApplication application =
            new NoticeApplication(sandbox.host(), sandbox.smtpsPort(), sandbox.clientSslContext(), "secret");

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void learnsThatTheMailboxIsFull() throws Exception {
        application.send("acme@pec.example", "piena@pec.example", "Notice", "Dear sir …");

        assertThat(sandbox.accepted()).hasSize(1);
        assertThat(sandbox.mailbox("acme@pec.example"))
                .extracting(mail -> mail.header("X-Ricevuta").orElse(""))
                .containsExactly("accettazione", "errore-consegna");
    }

    /** What a host might have. */
    private record NoticeApplication(String host, int port, SSLContext tls, String password) {
        void send(String from, String to, String subject, String text) throws MessagingException {
            Properties properties = new Properties();
            properties.put("mail.smtps.ssl.socketFactory", tls.getSocketFactory());
            properties.put("mail.smtps.ssl.checkserveridentity", "true");
            Session session = Session.getInstance(properties);
            MimeMessage message = new MimeMessage(session);
            message.setFrom(new InternetAddress(from));
            message.setRecipient(MimeMessage.RecipientType.TO, new InternetAddress(to));
            message.setSubject(subject);
            message.setText(text, "utf-8");
            message.saveChanges();
            try (Transport transport = session.getTransport("smtps")) {
                transport.connect(host, port, from, password);
                transport.sendMessage(message, message.getAllRecipients());
            }
        }
    }
}
