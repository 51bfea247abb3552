package io.github.pecmailproxy.internal.imap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderFieldsTest {
    @Test
    void unfoldsValuesAndKeepsTheirOrder() {
        String header = "A: one\r\nB: two\r\n  and\r\n\tmore\r\na: three\r\n\r\nA: body\r\n";

        assertThat(HeaderFields.values(header, "A")).containsExactly("one", "three");
        assertThat(HeaderFields.values(header, "b")).containsExactly("two  and\tmore");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Ricevuta: accettazione\r\n\r\n",
                "X-RICEVUTA:accettazione\n\n",
                "x-ricevuta : x",
                "Subject: a\r\n b\r\nX-Ricevuta:\r\n accettazione\r\n\r\n",
                "Subject: a\r\r\nX-Ricevuta: x\r\r\n\r\n",
                "X-Trasporto: posta-certificata\r\nX-Ricevuta: x\r\n\r\n",
                "REM-EventIdentifier: D.1\r\n\r\n",
                "X-Trasporto: errore\r\n\r\n",
                "X-Trasporto:\r\n  ERRORE \r\n\r\n",
                "Content-Type: multipart/report; report-type=delivery-status\r\n\r\n",
                "Content-Type:\r\n\tMULTIPART/REPORT;\r\n boundary=x\r\n\r\n",
                "Content-Type: multipart / report\r\n\r\n"
            })
    void takesForAReceiptWhatCouldBeOne(String header) {
        assertThat(ReceiptCandidate.matches(mail(header))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\nX-Ricevuta: in the body\r\n",
                "Subject: X-Ricevuta: accettazione\r\n\r\nX-Ricevuta: in the body\r\n",
                "Subject: ACCETTAZIONE: x\r\n X-Ricevuta: accettazione\r\n\r\n",
                "X-Ricevuta-Not: x\r\n\r\n",
                "Not-X-Ricevuta: x\r\n\r\n",
                "X-Trasporto: posta-certificata\r\n\r\n",
                "Content-Type: multipart/mixed; boundary=multipart-report\r\n\r\n",
                "X-Ricevuta"
            })
    void passesOverWhatCannotBeOne(String header) {
        assertThat(ReceiptCandidate.matches(mail(header))).isFalse();
    }

    private static MailHeader mail(String header) {
        return new MailHeader(1, 1, null, header, true);
    }
}
