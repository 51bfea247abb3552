package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The failure texts of facts 5. */
class FailureClassifierTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', emptyValue = "", nullValues = "-", textBlock = """
                    no-dest    | 5.1.1 - Aruba Pec S.p.A. - indirizzo non valido             | RECIPIENT_UNKNOWN
                    altro      | 5.1.1 - Aruba Pec S.p.A. - indirizzo non valido             | RECIPIENT_UNKNOWN
                    no-dest    | -                                                           | RECIPIENT_UNKNOWN
                    no-dominio | -                                                           | DOMAIN_UNKNOWN
                    altro      | 5.1.2 - X - y                                               | DOMAIN_UNKNOWN
                    no-dest    | 5.2.1 - X - casella disabilitata                            | MAILBOX_DISABLED
                    no-dest    | 5.2.2 - InfoCert S.p.A. - casella piena                     | MAILBOX_FULL
                    altro      | 4.2.2 - InfoCert S.p.A. - casella piena                     | MAILBOX_FULL
                    altro      | 5.3.4 - X - dimensione                                      | TOO_LARGE
                    altro      | 5.4.1 - X - ventiquattro ore                                | TIMEOUT
                    virus      | -                                                           | VIRUS
                    virus      | 5.1.1 - X - indirizzo non valido                            | VIRUS
                    altro      | 5.5.1, Aruba Pec S.p.A., presenza di un virus nel messaggio | VIRUS
                    altro      | casella piena                                               | MAILBOX_FULL
                    altro      | superamento della quota                                     | MAILBOX_FULL
                    altro      | indirizzo non valido                                        | RECIPIENT_UNKNOWN
                    altro      | utente sconosciuto                                          | RECIPIENT_UNKNOWN
                    altro      | casella inesistente                                         | RECIPIENT_UNKNOWN
                    altro      | dominio inesistente                                         | DOMAIN_UNKNOWN
                    altro      | casella inibita alla ricezione                              | MAILBOX_DISABLED
                    altro      | utente revocato                                             | MAILBOX_DISABLED
                    altro      | trovato malware                                             | VIRUS
                    altro      | dimensioni eccessive                                        | TOO_LARGE
                    altro      | non consegnato in 24 ore                                    | TIMEOUT
                    altro      | 5.9.9 - X - chissà                                          | OTHER
                    altro      | -                                                           | OTHER
                    -          | -                                                           | OTHER
                    """)
    void everyExplanationHasItsReason(String error, String detail, FailureReason reason) {
        Failure failure = FailureClassifier.pec(ReceiptType.ERRORE_CONSEGNA, error, detail, null)
                .orElseThrow();

        assertThat(failure.reason()).isEqualTo(reason);
        assertThat(failure.isFinal()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    5.1.1 - Aruba Pec S.p.A. - indirizzo non valido  | 5.1.1    | Aruba Pec S.p.A. | indirizzo non valido
                    5.5.1, Aruba Pec S.p.A., presenza di un virus    | 5.5.1    | Aruba Pec S.p.A. | presenza di un virus
                    5.1.1 - Poste-Italiane - casella non-valida      | 5.1.1    | Poste-Italiane   | casella non-valida
                    5.1.1-Provider - indirizzo, forse, non valido    | 5.1.1    | Provider         | indirizzo, forse, non valido
                    5.2.2 - A, B e C S.p.A. - piena - riprovare      | 5.2.2    | A, B e C S.p.A.  | piena - riprovare
                    4.4.1; Provider; in attesa                       | 4.4.1    | Provider         | in attesa
                    5.1.1: Provider, non valido                      | 5.1.1    | Provider         | non valido
                    5.1.1 - indirizzo non valido                     | 5.1.1    | -                | indirizzo non valido
                    5.1.1 indirizzo non valido                       | 5.1.1    | -                | indirizzo non valido
                    5.1.1                                            | 5.1.1    | -                | -
                    5.1.10 - X - y                                   | 5.1.10   | X                | y
                    5.1.1234 - X - y                                 | -        | -                | 5.1.1234 - X - y
                    5.1.1.1 - X - y                                  | -        | -                | 5.1.1.1 - X - y
                    indirizzo non valido                             | -        | -                | indirizzo non valido
                    3.1.1 - X - y                                    | -        | -                | 3.1.1 - X - y
                    """)
    void anExplanationIsTakenApart(String detail, String code, String provider, String text) {
        Failure failure = FailureClassifier.pec(ReceiptType.ERRORE_CONSEGNA, "altro", detail, null)
                .orElseThrow();

        assertThat(failure.code().orElse(null)).isEqualTo(code);
        assertThat(failure.provider().orElse(null)).isEqualTo(provider);
        assertThat(failure.text().orElse(null)).isEqualTo(text);
    }

    @Test
    void theSecurityHeaderMeansAVirusInFailuresOnly() {
        assertThat(FailureClassifier.pec(ReceiptType.ERRORE_CONSEGNA, "altro", "5.1.1 - X - y", "errore")
                        .orElseThrow()
                        .reason())
                .isEqualTo(FailureReason.VIRUS);
        assertThat(FailureClassifier.pec(ReceiptType.AVVENUTA_CONSEGNA, "nessuno", null, "errore"))
                .isEmpty();
    }
}
