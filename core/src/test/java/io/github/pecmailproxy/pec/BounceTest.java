package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Delivery status notifications as servers write them (RFC 3464, RFC 6533). */
class BounceTest {
    private static final String STATUS = """
            Reporting-MTA: dns; mx.example.org

            Final-Recipient: rfc822; carlo@example.org
            Action: failed
            Status: 5.1.1
            """;

    private final PecReceiptParser parser = PecReceiptParser.builder().build();

    @Test
    void tellsOfEachRecipientByItself() {
        Bounce bounce = bounce("Content-Type: message/delivery-status", """
                Reporting-MTA: dns; mx.example.org
                Arrival-Date: Mon, 1 Jun 2026 10:00:00 +0200

                Original-Recipient: rfc822;Anna+2Bx@example.org
                Final-Recipient: rfc822; anna@inner.example
                Action: FAILED (for good)
                Status: 5.1.1 (no such user)
                Diagnostic-Code: smtp; 550 5.1.1 No such
                 user

                Final-Recipient: RFC822;bruno@example.org
                Action: delivered
                Status: 2.1.5

                Final-Recipient: rfc822; carla@example.org
                Action: relayed

                Final-Recipient: rfc822; dario@example.org
                Action: expanded

                Final-Recipient: rfc822; elena@example.org
                Action: delayed
                Status: 4.4.1
                Remote-MTA: dns; slow.example.org
                """);

        assertThat(bounce.recipients())
                .extracting(recipient -> recipient.finalRecipient().orElse("") + " "
                        + recipient.action().orElse("") + " "
                        + recipient.status().orElse(""))
                .containsExactly(
                        "anna@inner.example failed 5.1.1",
                        "bruno@example.org delivered 2.1.5",
                        "carla@example.org relayed ",
                        "dario@example.org expanded ",
                        "elena@example.org delayed 4.4.1");
        BouncedRecipient first = bounce.recipients().get(0);
        assertThat(first.originalRecipient()).contains("Anna+2Bx@example.org");
        assertThat(first.diagnostic()).contains("550 5.1.1 No such user");
        assertThat(bounce.recipients().get(4).remoteServer()).contains("slow.example.org");
    }

    @Test
    void readsAnEncodedStatus() {
        String encoded = Base64.getMimeEncoder().encodeToString(STATUS.getBytes(StandardCharsets.US_ASCII));

        Bounce base64 = bounce("Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64", encoded);
        Bounce quoted = bounce(
                "Content-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable",
                STATUS.replace("carlo@", "carlo=40=\n"));

        assertThat(base64.recipients())
                .extracting(BouncedRecipient::finalRecipient)
                .containsExactly(Optional.of("carlo@example.org"));
        assertThat(quoted.recipients())
                .extracting(BouncedRecipient::finalRecipient)
                .containsExactly(Optional.of("carlo@example.org"));
    }

    @Test
    void readsAnInternationalStatus() {
        Bounce bounce = bounce("Content-Type: message/global-delivery-status", """
                Reporting-MTA: dns; mx.example.org

                Final-Recipient: utf-8; niccol\u00f2@example.org
                Action: failed
                Status: 5.1.1
                Diagnostic-Code: smtp; 550 sconosciuto, \u00e8 cos\u00ec
                """);

        assertThat(bounce.recipients().get(0).finalRecipient()).contains("niccol\u00f2@example.org");
        assertThat(bounce.recipients().get(0).diagnostic()).contains("550 sconosciuto, \u00e8 cos\u00ec");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "message/rfc822",
                "text/rfc822-headers",
                "message/rfc822-headers",
                "message/global",
                "message/global-headers"
            })
    void findsOurMessageInWhatIsReturned(String type) {
        Bounce bounce = bounceWith("Content-Type: " + type + "\nContent-Transfer-Encoding: 8bit", """
                Subject: perch\u00e9 no
                Message-ID: <ours@sender.example>

                citt\u00e0
                """);

        assertThat(bounce.returnedMessageId()).contains("<ours@sender.example>");
    }

    @Test
    void findsOurMessageInAnEncodedReturn() {
        String original = "Subject: x\r\nMessage-ID: <ours@sender.example>\r\n\r\nbody\r\n";
        Bounce bounce = bounceWith(
                "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64",
                Base64.getMimeEncoder().encodeToString(original.getBytes(StandardCharsets.US_ASCII)));

        assertThat(bounce.returnedMessageId()).contains("<ours@sender.example>");
    }

    private Bounce bounce(String header, String status) {
        return parse("--r\n" + header + "\n\n" + status + "\n");
    }

    private Bounce bounceWith(String header, String returned) {
        return parse("--r\nContent-Type: message/delivery-status\n\n" + STATUS + "\n--r\n" + header + "\n\n" + returned
                + "\n");
    }

    private Bounce parse(String parts) {
        String mail = "From: MAILER-DAEMON@example.org\nMessage-ID: <dsn@example.org>\n"
                + "Content-Type: multipart/report; report-type=delivery-status; boundary=r\n\n" + parts + "--r--\n";
        PecMail parsed = parser.parse(mail.getBytes(StandardCharsets.UTF_8));
        assertThat(parsed).isInstanceOf(Bounce.class);
        return (Bounce) parsed;
    }
}
