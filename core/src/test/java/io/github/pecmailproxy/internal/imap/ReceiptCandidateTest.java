package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which mails are worth fetching whole: every kind that the parser knows to speak of a message that was sent. */
class ReceiptCandidateTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Ricevuta: accettazione",
                "x-ricevuta:avvenuta-consegna",
                "REM-EventIdentifier: http://uri.etsi.org/19522/Event/ContentHandover",
                // Which event it is stands in the evidence, too.
                "REM-MessageType: http://uri.etsi.org/19522/v1#/ERDMessageType/receipt",
                "X-Trasporto: errore",
                "X-TRASPORTO:\r\n Errore",
                "Content-Type: multipart/report; report-type=delivery-status; boundary=r",
                "content-type:\r\n\tMultipart/Report; boundary=r"
            })
    void mayBeAReceipt(String field) {
        assertThat(matches(field, true)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Subject: X-Ricevuta: accettazione",
                "X-Trasporto: posta-certificata",
                "Content-Type: multipart/signed; boundary=r",
                "X-Ricevuta-Altra: accettazione"
            })
    void isNone(String field) {
        assertThat(matches(field, true)).isFalse();
        // What lies beyond the part that was read nobody knows.
        assertThat(matches(field, false)).isTrue();
    }

    private static boolean matches(String field, boolean complete) {
        return ReceiptCandidate.matches(new MailHeader(
                1, 100, null, "From: a@x.example\r\n" + field + "\r\nTo: b@x.example\r\n\r\n", complete));
    }
}
