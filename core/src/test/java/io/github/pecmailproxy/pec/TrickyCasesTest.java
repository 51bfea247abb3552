package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TimeZone;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tricky cases of facts 6, by their numbers. Missing numbers are about correlation and polling (7, 8, 9, 35) and are
 * tested there.
 */
class TrickyCasesTest {
    private final PecReceiptParser parser =
            PecReceiptParser.builder().signatureVerifier(new DigestVerifier()).build();

    private PecReceipt receipt(ReceiptMail mail) {
        PecMail parsed = parser.parse(mail.bytes());
        assertThat(parsed).isInstanceOf(PecReceipt.class);
        return (PecReceipt) parsed;
    }

    private static void assertProof(CertifiedReceipt receipt) {
        assertThat(receipt.problems()).isEmpty();
        assertThat(receipt.signature().verdict()).isEqualTo(Verdict.TRUSTED);
        assertThat(receipt.isProof()).isTrue();
    }

    private static void assertNoProof(CertifiedReceipt receipt, ProblemCode code) {
        assertThat(receipt.problems()).extracting(Problem::code).contains(code);
        assertThat(receipt.isProof()).isFalse();
    }

    private static ReceiptMail acceptance() {
        return ReceiptMail.receipt("accettazione").daticert(Daticert.of("accettazione"));
    }

    private static ReceiptMail delivery() {
        return ReceiptMail.receipt("avvenuta-consegna").daticert(Daticert.delivery());
    }

    @Test
    void case1AnAcceptanceWithMixedRecipientsIsOneEventWithATypeForEach() {
        PecReceipt receipt = receipt(ReceiptMail.receipt("accettazione")
                .daticert(Daticert.of("accettazione")
                        .recipients("<destinatari>anna@pec.example</destinatari>"
                                + "<destinatari tipo=\"esterno\">carlo@example.org</destinatari>"
                                + "<destinatari tipo=\"certificato\">dora@pec.example</destinatari>")));

        assertThat(receipt.event()).contains(PecEvent.PEC_ACCEPTANCE);
        assertThat(receipt.recipients())
                .containsExactly(
                        new CertifiedRecipient("anna@pec.example", RecipientType.CERTIFIED),
                        new CertifiedRecipient("carlo@example.org", RecipientType.EXTERNAL),
                        new CertifiedRecipient("dora@pec.example", RecipientType.CERTIFIED));
        assertThat(receipt.recipient()).isEmpty();
        assertProof(receipt);
    }

    @Test
    void case2TheDeliveredRecipientIsTheOneOfConsegnaAndNotTheFirst() {
        PecReceipt receipt = receipt(ReceiptMail.receipt("avvenuta-consegna")
                .daticert(Daticert.of("avvenuta-consegna")
                        .recipients("<destinatari tipo=\"certificato\">anna@pec.example</destinatari>"
                                + "<destinatari tipo=\"certificato\">dora@pec.example</destinatari>")
                        .consegna("dora@pec.example")));

        assertThat(receipt.recipient()).contains("dora@pec.example");
        assertThat(receipt.recipients()).hasSize(2);
        assertProof(receipt);
    }

    @Test
    void case3ACompleteReceiptWithoutTheOriginalIsADelivery() {
        PecReceipt receipt = receipt(delivery());

        assertThat(receipt.format()).contains(ReceiptFormat.COMPLETA);
        assertThat(receipt.originalAttached()).isFalse();
        assertThat(receipt.event()).contains(PecEvent.PEC_DELIVERY);
        assertProof(receipt);
    }

    @Test
    void case4AnIncomingCertifiedMailThatNamesAMessageIsAnEnvelope() {
        PecMail mail = parser.parse(ReceiptMail.receipt("accettazione")
                .withoutDefaultHeaders()
                .header("X-Trasporto: posta-certificata")
                .header("X-Riferimento-Message-ID: " + ReceiptMail.MESSAGE_ID)
                .header("From: \"Per conto di: bruno@pec.example\" <posta-certificata@provider.example>")
                .daticert(Daticert.of("posta-certificata"))
                .bytes());

        assertThat(mail).isInstanceOf(TransportEnvelope.class);
        assertThat(mail.problems()).isEmpty();
        assertThat(mail.from()).contains("posta-certificata@provider.example");
        assertThat(mail.signature().verdict()).isEqualTo(Verdict.TRUSTED);
        assertThat(((TransportEnvelope) mail).certification().orElseThrow().sender())
                .contains("bruno@pec.example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"altro", "no-dest"})
    void case5TheCodeDecidesWhateverErroreSays(String error) {
        PecReceipt receipt = receipt(ReceiptMail.receipt("errore-consegna")
                .daticert(Daticert.failure(error, "5.1.1 - Aruba Pec S.p.A. - indirizzo non valido")));

        assertThat(receipt.failure().orElseThrow().reason()).isEqualTo(FailureReason.RECIPIENT_UNKNOWN);
        assertThat(receipt.event()).contains(PecEvent.PEC_ERROR);
        assertProof(receipt);
    }

    @Test
    void case6AnAnomalyEnvelopeHasNoDaticertAndItsMailCanBeReached() {
        PecMail mail = parser.parse(ReceiptMail.receipt("accettazione")
                .withoutDefaultHeaders()
                .header("Subject: ANOMALIA MESSAGGIO: Undelivered Mail Returned to Sender")
                .header("X-Trasporto: errore")
                .header("From: \"Per conto di: x@example.org\" <posta-certificata@provider.example>")
                .child("Content-Type: message/rfc822", """
                        Message-ID: <dsn@example.org>
                        Content-Type: multipart/report; report-type=delivery-status; boundary=r

                        --r
                        Content-Type: message/delivery-status

                        Reporting-MTA: dns; mx.example.org

                        Final-Recipient: rfc822; carlo@example.org
                        Action: failed
                        Status: 5.1.1 (unknown)

                        --r
                        Content-Type: text/rfc822-headers

                        Message-ID: <pec@provider.example>
                        X-Riferimento-Message-ID: <ours@sender.example>

                        --r--
                        """)
                .bytes());

        assertThat(mail).isInstanceOf(AnomalyEnvelope.class);
        assertThat(mail.problems()).isEmpty();
        AttachedMail wrapped = ((AnomalyEnvelope) mail).wrapped().orElseThrow();
        Bounce bounce = (Bounce) wrapped.parse(parser).orElseThrow();
        assertThat(bounce.messageId()).contains("<dsn@example.org>");
        assertThat(bounce.recipients().get(0).status()).contains("5.1.1");
        assertThat(bounce.returnedMessageId()).contains("<pec@provider.example>");
        assertThat(bounce.returnedReferenceMessageId()).contains("<ours@sender.example>");
        assertThat(bounce.sentTo()).isEmpty();
    }

    @Test
    void aBounceTellsWhereItWasSentTo() {
        PecMail mail = parser.parse("""
                Delivered-To: box@ditta.example
                X-Original-To: bounce+a@ditta.example
                Delivered-To: alias@ditta.example
                Original-Recipient: rfc822;bounce+b@ditta.example
                To: "Returns, all" <Bounce+a@ditta.example> (of the list)
                To: one@ditta.example, two@ditta.example
                Cc: copy@ditta.example
                Message-ID: <dsn@example.org>
                Content-Type: multipart/report; report-type=delivery-status; boundary=r

                --r
                Content-Type: message/delivery-status

                Reporting-MTA: dns; mx.example.org

                Final-Recipient: rfc822; carlo@example.org
                Action: failed
                Status: 5.1.1

                --r--
                """.getBytes(StandardCharsets.US_ASCII));

        assertThat(((Bounce) mail).sentTo())
                .containsExactly(
                        "Bounce+a@ditta.example",
                        "box@ditta.example",
                        "alias@ditta.example",
                        "bounce+a@ditta.example",
                        "bounce+b@ditta.example");
        assertThat(((Bounce) mail).returnedMessageId()).isEmpty();
    }

    @Test
    void case10AThirtyMegabyteOriginalGoesByWithoutBeingHeld() throws IOException {
        String start = "Message-ID: <big@x>\nX-Genro-Mail-ID: tracked-1\n\n";
        byte[] small = delivery().postacert(start + "@@@").bytes();
        String text = new String(small, StandardCharsets.ISO_8859_1);
        int hole = text.indexOf("@@@");
        InputStream stream = new java.io.SequenceInputStream(java.util.Collections.enumeration(List.of(
                new ByteArrayInputStream(small, 0, hole),
                new FillerStream(30_000_000),
                new ByteArrayInputStream(small, hole + 3, small.length - hole - 3))));

        PecReceipt receipt = (PecReceipt) parser.parse(stream);

        assertThat(receipt.isCertified()).isTrue();
        assertThat(receipt.problems()).isEmpty();
        AttachedMail original = receipt.original().orElseThrow();
        assertThat(original.size()).isEqualTo(start.replace("\n", "\r\n").length() + 30_000_000L + "\r\n".length());
        assertThat(original.open()).isEmpty();
        assertThat(original.messageId()).contains("<big@x>");
        assertThat(receipt.trackingId()).contains("tracked-1");
    }

    @Test
    void case11TheFormOfThePartsMakesNoDifference() {
        String xml = Daticert.delivery().toString();
        String original = "Message-ID: <copy@x>\nX-Genro-Mail-ID: t-9\n\nciao";
        ReceiptMail base = ReceiptMail.receipt("avvenuta-consegna");
        List<ReceiptMail> variants = List.of(
                base.daticert(xml).postacert(original),
                ReceiptMail.receipt("avvenuta-consegna").postacert(original).daticert(xml),
                ReceiptMail.receipt("avvenuta-consegna")
                        .child("content-type: APPLICATION/XML;\n\tcharset=utf-8; name=daticert.xml", xml)
                        .postacert(original),
                ReceiptMail.receipt("avvenuta-consegna")
                        .child("""
                                Content-Disposition: attachment; filename="Daticert.XML"
                                Content-Type: application/octet-stream
                                Content-Transfer-Encoding: Quoted-Printable""", xml.replace("=", "=3D").replace("<dati>", "<da=\nti>"))
                        .postacert(original),
                ReceiptMail.receipt("avvenuta-consegna")
                        .child(
                                "Content-Type: text/xml; name*0=\"dati\"; name*1=\"cert.xml\"\n"
                                        + "Content-Transfer-Encoding: 8bit",
                                xml)
                        .postacert(original),
                ReceiptMail.receipt("avvenuta-consegna")
                        .child("Content-Type: application/xml; name=\"=?utf-8?Q?daticert.xml?=\"", xml)
                        .postacert(original),
                ReceiptMail.receipt("avvenuta-consegna")
                        .child("Content-Type: application/xml; name*=UTF-8''daticert%2Exml", xml)
                        .child("Content-Type: application/octet-stream; name=postacert.eml", original),
                ReceiptMail.receipt("avvenuta-consegna")
                        .child(
                                "Content-Type: application/xml; name=certdata.xml\nContent-Transfer-Encoding: base64",
                                ReceiptMail.base64(xml.getBytes(StandardCharsets.UTF_8))
                                        .replace("\n", ""))
                        .postacert(original));

        for (ReceiptMail variant : variants) {
            PecReceipt receipt = receipt(variant);
            assertThat(receipt.recipient()).contains("anna@pec.example");
            assertThat(receipt.originalAttached()).isTrue();
            assertThat(receipt.trackingId()).contains("t-9");
            assertProof(receipt);
        }
    }

    @Test
    void case12ADaticertInsideTheOriginalOrInAnyOtherPlaceDoesNotCount() {
        String foreign = "Content-Type: application/xml; name=\"daticert.xml\"\n\n" + Daticert.delivery();
        String forwarded = "Content-Type: multipart/mixed; boundary=f\n\n--f\n" + foreign + "\n--f--\n";
        ReceiptMail mail = ReceiptMail.receipt("errore-consegna")
                .postacert(forwarded)
                .child("Content-Type: multipart/related; boundary=f", "--f\n" + foreign + "\n--f--\n")
                .daticert(Daticert.failure("no-dest", "5.1.1 - X - indirizzo non valido"));

        PecReceipt receipt = receipt(mail);

        assertThat(receipt.type()).isEqualTo(ReceiptType.ERRORE_CONSEGNA);
        assertProof(receipt);
        assertNoProof(
                receipt(ReceiptMail.receipt("avvenuta-consegna").postacert(forwarded)), ProblemCode.DATICERT_MISSING);
    }

    @Test
    void case12TwoDaticertBesideEachOtherProveNothing() {
        assertNoProof(receipt(delivery().daticert(Daticert.delivery())), ProblemCode.DATICERT_DUPLICATE);
    }

    @Test
    void case13FoldedAndDifferentlyWrittenHeadersAreEqual() {
        PecReceipt receipt = receipt(ReceiptMail.receipt("avvenuta-consegna")
                .withoutDefaultHeaders()
                .header("x-ricevuta:\n\tAvvenuta-Consegna  ")
                .header("X-RIFERIMENTO-MESSAGE-ID:\n " + ReceiptMail.MESSAGE_ID + "  ")
                .header("FROM : \"Posta, certificata\"\n <posta-certificata@provider.example> (x)")
                .header("Subject: =?ISO-8859-1?Q?CONSEGNA=3A_perch=E9?=\n =?ISO-8859-1?Q?_no?=")
                .header("message-id:" + ReceiptMail.RECEIPT_ID)
                .daticert(Daticert.delivery()));

        assertThat(receipt.type()).isEqualTo(ReceiptType.AVVENUTA_CONSEGNA);
        assertThat(receipt.head().subject()).contains("CONSEGNA: perché no");
        assertThat(receipt.receiptMessageId()).contains(ReceiptMail.RECEIPT_ID);
        assertProof(receipt);
    }

    @Test
    void case14AFullMailboxIsFinalForThisMessage() {
        Failure failure = receipt(
                        ReceiptMail.receipt("errore-consegna")
                                .daticert(
                                        Daticert.failure(
                                                "altro",
                                                "5.2.2 - InfoCert S.p.A. - casella piena. Il messaggio e' stato rifiutato dal sistema")))
                .failure()
                .orElseThrow();

        assertThat(failure)
                .isEqualTo(new Failure(
                        FailureReason.MAILBOX_FULL,
                        Optional.of("5.2.2"),
                        Optional.of("InfoCert S.p.A."),
                        Optional.of("casella piena. Il messaggio e' stato rifiutato dal sistema"),
                        true));
    }

    @Test
    void case15TheTwelveHourNoticeIsADelayAndTheTwentyFourHourOneAFailure() {
        PecReceipt delay = receipt(
                ReceiptMail.receipt("preavviso-errore-consegna")
                        .daticert(
                                Daticert.of("preavviso-errore-consegna")
                                        .error("altro")
                                        .consegna("anna@pec.example")
                                        .detail(
                                                "4.4.1 - InfoCert S.p.A. - il messaggio non e' stato consegnato nelle prime dodici ore")));
        assertThat(delay.event()).contains(PecEvent.PEC_DELAY);
        assertThat(delay.failure().orElseThrow().isFinal()).isFalse();
        assertThat(delay.failure().orElseThrow().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertProof(delay);

        PecReceipt failure = receipt(
                ReceiptMail.receipt("preavviso-errore-consegna")
                        .daticert(
                                Daticert.of("preavviso-errore-consegna")
                                        .error("altro")
                                        .consegna("anna@pec.example")
                                        .detail(
                                                "5.4.1 - InfoCert S.p.A. - il messaggio non e' stato consegnato nelle ventiquattro ore")));
        assertThat(failure.event()).contains(PecEvent.PEC_ERROR);
        assertThat(failure.failure().orElseThrow().isFinal()).isTrue();
        assertThat(failure.failure().orElseThrow().reason()).isEqualTo(FailureReason.TIMEOUT);
        assertProof(failure);

        PecReceipt silent = receipt(ReceiptMail.receipt("preavviso-errore-consegna")
                .daticert(Daticert.of("preavviso-errore-consegna").consegna("anna@pec.example")));
        assertThat(silent.event()).contains(PecEvent.PEC_DELAY);
    }

    @Test
    void case16ANonAcceptanceFailsTheWholeMessage() {
        PecReceipt formal = receipt(ReceiptMail.receipt("non-accettazione")
                .daticert(Daticert.of("non-accettazione").error("altro").detail("presenza di destinatari in CCn")));
        assertThat(formal.event()).contains(PecEvent.PEC_ERROR);
        assertThat(formal.failure().orElseThrow().reason()).isEqualTo(FailureReason.FORMAL_ERROR);
        assertThat(formal.failure().orElseThrow().text()).contains("presenza di destinatari in CCn");
        assertThat(formal.failure().orElseThrow().isFinal()).isTrue();
        assertProof(formal);

        PecReceipt virus = receipt(ReceiptMail.receipt("non-accettazione")
                .header("X-VerificaSicurezza: errore")
                .daticert(Daticert.of("non-accettazione").error("virus")));
        assertThat(virus.failure().orElseThrow().reason()).isEqualTo(FailureReason.VIRUS);
    }

    @Test
    void case17AVirusAtTheReceiverIsRecognisedWithCommas() {
        PecReceipt receipt = receipt(ReceiptMail.receipt("errore-consegna")
                .header("X-VerificaSicurezza: errore")
                .daticert(Daticert.failure("virus", "5.5.1, Aruba Pec S.p.A., presenza di un virus nel messaggio")));

        assertThat(receipt.failure().orElseThrow())
                .isEqualTo(new Failure(
                        FailureReason.VIRUS,
                        Optional.of("5.5.1"),
                        Optional.of("Aruba Pec S.p.A."),
                        Optional.of("presenza di un virus nel messaggio"),
                        true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "message-1$x=~@sender.example",
                "<message-1$x=~@sender.example> (composed by a program)",
                "message-1$x=~@sender.example (composed by a program)",
                "  <message-1$x=~\n @sender.example>"
            })
    void case18ReferencesAreEqualApartFromBracketsCommentsAndFolding(String reference) {
        assertProof(receipt(acceptance().reference(reference)));
        assertThat(receipt(acceptance().reference(reference)).originalMessageId())
                .contains(ReceiptMail.MESSAGE_ID);
    }

    @Test
    void case18ReferencesAreCaseSensitive() {
        assertNoProof(
                receipt(acceptance().reference("<MESSAGE-1$x=~@sender.example>")),
                ProblemCode.HEADER_DATICERT_MISMATCH);
    }

    @Test
    void case18ALongReferenceMayBeFoldedAnywhere() {
        String id = "a".repeat(100) + "@" + "b".repeat(100) + ".example";
        ReceiptMail mail = ReceiptMail.receipt("accettazione")
                .reference("\n <" + id.substring(0, 70) + "\n\t" + id.substring(70) + ">")
                .daticert(Daticert.of("accettazione").msgid("<msgid>&lt;" + id + "&gt;</msgid>"));

        assertThat(receipt(mail).originalMessageId()).contains("<" + id + ">");
        assertProof(receipt(mail));
    }

    @Test
    void case19AMessageWithoutIdIsKnownByTheProvidersName() {
        PecReceipt receipt = receipt(ReceiptMail.receipt("accettazione")
                .reference("")
                .daticert(Daticert.of("accettazione").msgid("")));

        assertThat(receipt.originalMessageId()).isEmpty();
        assertThat(receipt.providerMessageId()).contains(ReceiptMail.PROVIDER_ID);
        assertProof(receipt);
    }

    @ParameterizedTest
    @CsvSource({
        "+0200, 29/03/2026, 03:00:00, 2026-03-29T01:00:00Z",
        "+0100, 31/12/2025, 23:59:59, 2025-12-31T22:59:59Z",
        "-0330, 01/01/2026, 00:00:00, 2026-01-01T03:30:00Z",
        "+0000, 29/02/2024, 12:00:01, 2024-02-29T12:00:01Z"
    })
    void case20TheTimeIsTheOneOfTheCertificateWithItsZone(String zone, String day, String hour, String expected) {
        TimeZone before = TimeZone.getDefault();
        PecReceipt receipt = receipt(ReceiptMail.receipt("accettazione")
                .daticert(Daticert.of("accettazione")
                        .date("<data zona=\"" + zone + "\"><giorno>" + day + "</giorno><ora>" + hour
                                + "</ora></data>")));

        assertThat(receipt.certifiedTime().orElseThrow()).isEqualTo(expected);
        assertThat(TimeZone.getDefault()).isEqualTo(before);
    }

    @Test
    void case20WithoutZoneTheDateHeaderStandsInAndIsFlagged() {
        PecReceipt receipt = receipt(ReceiptMail.receipt("accettazione")
                .withoutDefaultHeaders()
                .header("X-Ricevuta: accettazione")
                .header("From: " + DigestVerifier.PROVIDER)
                .header("X-Riferimento-Message-ID: " + ReceiptMail.MESSAGE_ID)
                .header("Date: Thu, 2 Jul 2026 10:00:00 +0200 (CEST)")
                .daticert(Daticert.of("accettazione")
                        .date("<data><giorno>02/07/2026</giorno><ora>10:00:01</ora></data>")));

        assertThat(receipt.certifiedTime().orElseThrow()).isEqualTo("2026-07-02T08:00:00Z");
        assertNoProof(receipt, ProblemCode.TIME_NOT_CERTIFIED);
    }

    @Test
    void case21AReceiptWithoutDaticertIsKeptByItsHeaderAndProvesNothing() {
        PecReceipt missing = receipt(ReceiptMail.receipt("avvenuta-consegna").text("consegnato ad anna@pec.example"));
        assertThat(missing.type()).isEqualTo(ReceiptType.AVVENUTA_CONSEGNA);
        assertThat(missing.isCertified()).isFalse();
        assertThat(missing.originalMessageId()).contains(ReceiptMail.MESSAGE_ID);
        assertThat(missing.recipient()).isEmpty();
        assertNoProof(missing, ProblemCode.DATICERT_MISSING);

        PecReceipt malformed = receipt(ReceiptMail.receipt("avvenuta-consegna").daticert("<postacert tipo=\"avv"));
        assertThat(malformed.type()).isEqualTo(ReceiptType.AVVENUTA_CONSEGNA);
        assertThat(malformed.isCertified()).isFalse();
        assertNoProof(malformed, ProblemCode.DATICERT_MALFORMED);
    }

    @Test
    void case22WhereHeaderAndDaticertDisagreeTheSignedTypeIsReported() {
        PecReceipt receipt = receipt(ReceiptMail.receipt("avvenuta-consegna")
                .daticert(Daticert.failure("no-dest", "5.1.1 - X - indirizzo non valido")));

        assertThat(receipt.type()).isEqualTo(ReceiptType.ERRORE_CONSEGNA);
        assertThat(receipt.event()).contains(PecEvent.PEC_ERROR);
        assertNoProof(receipt, ProblemCode.HEADER_DATICERT_MISMATCH);
    }

    @Test
    void case23ASignatureHoldsOverBareLineFeeds() {
        assertProof(receipt(delivery().postacert("A: b\n\nciao").lineEnd("\n")));
    }

    @Test
    void case24AnUnsignedOrForeignReceiptIsNoProof() {
        PecReceipt unsigned = receipt(delivery().unsigned());
        assertThat(unsigned.signature().verdict()).isEqualTo(Verdict.UNSIGNED);
        assertThat(unsigned.type()).isEqualTo(ReceiptType.AVVENUTA_CONSEGNA);
        assertThat(unsigned.isProof()).isFalse();

        PecReceipt foreign = receipt(delivery().from("somebody@example.org"));
        assertThat(foreign.signature().verdict()).isEqualTo(Verdict.UNTRUSTED);
        assertThat(foreign.isProof()).isFalse();

        PecReceipt broken = receipt(delivery().brokenSignature());
        assertThat(broken.signature().verdict()).isEqualTo(Verdict.INVALID);
        assertThat(broken.isProof()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POSTA CERTIFICATA: ACCETTAZIONE DEPOSITO 1234",
                "POSTA CERTIFICATA: Notifica di mancata consegna",
                "POSTA CERTIFICATA: R: CONSEGNA: prova"
            })
    void case25And26TheSubjectOfACertifiedMailDecidesNothing(String subject) {
        PecMail mail = parser.parse(ReceiptMail.receipt("x")
                .withoutDefaultHeaders()
                .header("Subject: " + subject)
                .header("X-Trasporto: posta-certificata")
                .header("X-Riferimento-Message-ID: " + ReceiptMail.MESSAGE_ID)
                .header("From: " + DigestVerifier.PROVIDER)
                .daticert(Daticert.of("posta-certificata"))
                .bytes());

        assertThat(mail).isInstanceOf(TransportEnvelope.class);
        assertThat(mail.problems()).isEmpty();
    }

    @Test
    void case25TheSubjectAndTextOfAnOrdinaryMailDecideNothing() {
        PecMail mail = parser.parse("""
                Subject: ACCETTAZIONE: prova
                From: posta-certificata@provider.example

                X-Ricevuta: accettazione
                X-Genro-Mail-ID: forged
                """.getBytes(StandardCharsets.UTF_8));

        assertThat(mail).isInstanceOf(OrdinaryMail.class);
        assertThat(mail.trackingId()).isEmpty();
    }

    @Test
    void case27ABriefReceiptShowsTheHashesOfTheAttachments() {
        String hash = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        PecReceipt receipt = receipt(ReceiptMail.receipt("avvenuta-consegna")
                .daticert(Daticert.of("avvenuta-consegna")
                        .add("<ricevuta tipo=\"breve\"/>")
                        .consegna("anna@pec.example"))
                .postacert("""
                        Message-ID: <m@x>
                        Content-Type: multipart/mixed; boundary=outer

                        --outer
                        Content-Type: multipart/related; boundary=inner

                        --inner
                        Content-Type: text/plain; name="fattura 1.pdf.hash"

                        %s
                        --inner--
                        --outer
                        Content-Type: text/plain
                        Content-Disposition: attachment; filename*=utf-8''perch%%C3%%A9.xml.hash
                        Content-Transfer-Encoding: base64

                        %s
                        --outer
                        Content-Type: text/plain; name="not-a.hash"

                        0123
                        --outer--
                        """.formatted(
                                hash.toUpperCase(java.util.Locale.ROOT),
                                ReceiptMail.base64(hash.getBytes(StandardCharsets.US_ASCII)))));

        assertThat(receipt.format()).contains(ReceiptFormat.BREVE);
        assertThat(receipt.original().orElseThrow().hashes())
                .containsOnlyKeys("fattura 1.pdf", "perché.xml")
                .containsEntry("fattura 1.pdf", hash)
                .containsEntry("perché.xml", hash);
        assertProof(receipt);
    }

    @Test
    void case28BrokenAddressesDoNotMatter() {
        PecReceipt receipt = receipt(delivery()
                .header("To: pct@pec. agenziariscossione.gov.it, stray>, <a@b")
                .header("Cc: \"unclosed"));

        assertThat(receipt.recipient()).contains("anna@pec.example");
        assertProof(receipt);
    }

    @Test
    void case29RawEightBitBytesAndUnknownCharsetsAreReplaced() {
        PecReceipt receipt = receipt(delivery()
                .header("X-Other: \u00e8\u00ff\u0000")
                .child("Content-Type: text/plain; charset=x-martian; name=\"\u00e8.txt\"", "\u00ff"));
        assertProof(receipt);

        String xml = Daticert.delivery().toString().replace("UTF-8", "x-martian");
        PecReceipt unknown = receipt(ReceiptMail.receipt("avvenuta-consegna").daticert(xml));
        assertThat(unknown.recipient()).contains("anna@pec.example");
        assertThat(unknown.hasProblem(ProblemCode.UNDECODABLE_TEXT)).isTrue();
    }

    @Test
    void case30AnEnvelopeWithAReceiptsHeaderIsAnEnvelope() {
        PecMail mail =
                parser.parse(delivery().header("X-Trasporto: posta-certificata").bytes());

        assertThat(mail).isInstanceOf(TransportEnvelope.class);
        assertThat(mail.hasProblem(ProblemCode.ENVELOPE_AND_RECEIPT_HEADERS)).isTrue();
    }

    @Test
    void case30AReceiptsHeaderOverACertifiedMessageIsAnEnvelope() {
        PecMail mail = parser.parse(ReceiptMail.receipt("avvenuta-consegna")
                .daticert(Daticert.of("posta-certificata"))
                .bytes());

        assertThat(mail).isInstanceOf(TransportEnvelope.class);
        assertThat(mail.hasProblem(ProblemCode.HEADER_DATICERT_MISMATCH)).isTrue();
    }

    @Test
    void case31ADoctypeIsRefusedAndItsEntityNeverExpanded() {
        String xml = Daticert.delivery()
                .subject("<oggetto>&secret;</oggetto>")
                .toString()
                .replace(
                        "<postacert",
                        "<!DOCTYPE postacert [<!ENTITY secret SYSTEM \"file:///etc/passwd\">]>\n<postacert");

        PecReceipt receipt = receipt(ReceiptMail.receipt("avvenuta-consegna").daticert(xml));

        assertThat(receipt.isCertified()).isFalse();
        assertNoProof(receipt, ProblemCode.DATICERT_MALFORMED);
    }

    @Test
    void case31LargeAndDeepCertificatesAreBounded() {
        String large = Daticert.delivery()
                .subject("<oggetto>" + "x".repeat(2_000_000) + "</oggetto>")
                .toString();
        assertNoProof(receipt(ReceiptMail.receipt("avvenuta-consegna").daticert(large)), ProblemCode.LIMIT_EXCEEDED);

        String deep = Daticert.delivery()
                .add("<x>".repeat(10_000) + "</x>".repeat(10_000))
                .toString();
        assertNoProof(receipt(ReceiptMail.receipt("avvenuta-consegna").daticert(deep)), ProblemCode.DATICERT_MALFORMED);

        StringBuilder thousand = new StringBuilder();
        IntStream.range(0, 1000)
                .forEach(i -> thousand.append("<destinatari tipo=\"certificato\">anna")
                        .append(i == 7 ? "" : i)
                        .append("@pec.example</destinatari>"));
        PecReceipt many = receipt(ReceiptMail.receipt("avvenuta-consegna")
                .daticert(Daticert.delivery().recipients(thousand.toString())));
        assertThat(many.recipients()).hasSize(1000);
        assertProof(many);
    }

    @Test
    void case32ARecipientInOtherCaseIsReportedAsWritten() {
        PecReceipt receipt = receipt(ReceiptMail.receipt("avvenuta-consegna")
                .daticert(Daticert.of("avvenuta-consegna").consegna("Anna@PEC.example")));
        assertThat(receipt.recipient()).contains("Anna@PEC.example");
        assertProof(receipt);

        PecReceipt alias = receipt(ReceiptMail.receipt("avvenuta-consegna")
                .daticert(Daticert.of("avvenuta-consegna").consegna("alias@pec.example")));
        assertThat(alias.recipient()).contains("alias@pec.example");
        assertThat(alias.hasProblem(ProblemCode.RECIPIENT_NOT_LISTED)).isTrue();
        assertThat(alias.isProof()).isTrue();
    }

    @Test
    void case33ProvidersNoticesAreReadAndAreInformation() {
        PecReceipt relay = receipt(ReceiptMail.receipt("presa-in-carico")
                .daticert(Daticert.of("presa-in-carico")
                        .add("<ricezione>anna@pec.example</ricezione>")
                        .add("<ricezione>dora@pec.example</ricezione>")));
        assertThat(relay.event()).contains(PecEvent.PEC_RELAY);
        assertThat(relay.relayedRecipients()).containsExactly("anna@pec.example", "dora@pec.example");
        assertProof(relay);

        PecReceipt virus = receipt(ReceiptMail.receipt("rilevazione-virus")
                .header("X-Mittente: bruno@pec.example")
                .daticert(Daticert.of("rilevazione-virus").error("virus").consegna("anna@pec.example")));
        assertThat(virus.event()).isEmpty();
        assertThat(virus.failure()).isEmpty();
        assertThat(virus.type()).isEqualTo(ReceiptType.RILEVAZIONE_VIRUS);
    }

    @Test
    void case34AReceiptInsideAnotherMultipartIsShownAndProvesNothing() {
        String inner = delivery().toString();
        String body = inner.substring(inner.indexOf("Content-Type: multipart/signed"));
        String mail = "X-Ricevuta: avvenuta-consegna\r\nX-Riferimento-Message-ID: " + ReceiptMail.MESSAGE_ID
                + "\r\nFrom: posta-certificata@provider.example\r\n"
                + "Content-Type: multipart/mixed; boundary=list\r\n\r\n--list\r\n" + body
                + "\r\n--list\r\nContent-Type: text/plain\r\n\r\n_____ footer\r\n--list--\r\n";

        PecReceipt receipt = (PecReceipt) parser.parse(mail.getBytes(StandardCharsets.ISO_8859_1));

        assertThat(receipt.recipient()).contains("anna@pec.example");
        assertThat(receipt.signature().verdict()).isEqualTo(Verdict.UNTRUSTED);
        assertNoProof(receipt, ProblemCode.REWRAPPED);
    }

    @Test
    void case34AReceiptInsideItsSignatureIsShownAndProvesNothing() {
        PecReceiptParser opening = PecReceiptParser.builder()
                .signatureVerifier(entity -> SignatureCheck.of(Verdict.TRUSTED, "whatever it is"))
                .opaqueContent(cms -> Optional.of(cms))
                .build();
        String content =
                "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: application/xml; name=daticert.xml\n\n"
                        + Daticert.delivery() + "\n--m--\n";
        String mail = "X-Ricevuta: avvenuta-consegna\nX-Riferimento-Message-ID: " + ReceiptMail.MESSAGE_ID
                + "\nContent-Type: application/pkcs7-mime; smime-type=signed-data\nContent-Transfer-Encoding: base64\n\n"
                + ReceiptMail.base64(content.getBytes(StandardCharsets.ISO_8859_1));

        PecReceipt receipt = (PecReceipt) opening.parse(mail.getBytes(StandardCharsets.ISO_8859_1));

        assertThat(receipt.recipient()).contains("anna@pec.example");
        assertNoProof(receipt, ProblemCode.REWRAPPED);
    }

    @Test
    void case34AReceiptInsideItsSignatureIsNotOpened() {
        PecReceipt receipt = (PecReceipt) parser.parse("""
                X-Ricevuta: avvenuta-consegna
                Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m
                Content-Transfer-Encoding: base64

                MIIBAAAA
                """.getBytes(StandardCharsets.ISO_8859_1));

        assertThat(receipt.signature().verdict()).isEqualTo(Verdict.INVALID);
        assertNoProof(receipt, ProblemCode.REWRAPPED);
    }

    @Test
    void case36AHybridWithARemSubjectIsStillPec() {
        PecReceipt receipt = receipt(delivery()
                .header("X-REM-Subject: REM ContentConsignment: prova")
                .header("REM-EventIdentifier: http://uri.etsi.org/19522/Event/ContentConsignment"));

        assertThat(receipt.certification().orElseThrow().protocol()).isEqualTo(CertificationProtocol.PEC);
        assertProof(receipt);
    }

    @Test
    void case36ARemReceiptIsReadIntoTheSameEvent() {
        PecMail mail = parser.parse(ReceiptMail.receipt("x")
                .withoutDefaultHeaders()
                .header("From: " + DigestVerifier.PROVIDER)
                .header("REM-MessageType: http://uri.etsi.org/19522/v1#/ERDMessageType/receipt")
                .header("REM-EventIdentifier: http://uri.etsi.org/19522/Event/RelayFailure")
                .header("REM-UAMessageIdentifier: <m@x>")
                .child(
                        "Content-Type: application/xml; name=RelayFailure.xml\nREM-Section-Type: rem_message/xml_evidence",
                        """
                        <t:Evidence xmlns:t="http://uri.etsi.org/19522/v1#">
                          <t:ERDSEventId>http://uri.etsi.org/19522/Event/RelayFailure</t:ERDSEventId>
                          <t:EventReasons><t:EventReason><Code>c</Code><Details>RB10</Details><Details>unknown</Details>
                          </t:EventReason></t:EventReasons>
                          <EventTime>2026-01-02T03:04:05Z</EventTime>
                          <t:RecipientDetails><Identifier IdentifierSchemeName="mailto">a@x</Identifier></t:RecipientDetails>
                          <t:RecipientDetails><Identifier IdentifierSchemeName="mailto">b@x</Identifier></t:RecipientDetails>
                          <EvidenceRefersToRecipient>2</EvidenceRefersToRecipient>
                          <t:UserContentInfo><AppLayerIdentifier>&lt;m@x&gt;</AppLayerIdentifier></t:UserContentInfo>
                        </t:Evidence>""")
                .bytes());

        RemEvidence evidence = (RemEvidence) mail;
        assertThat(evidence.event()).contains(PecEvent.PEC_ERROR);
        assertThat(evidence.recipient()).contains("b@x");
        assertThat(evidence.failure().orElseThrow().reason()).isEqualTo(FailureReason.RECIPIENT_UNKNOWN);
        assertProof(evidence);
    }

    @Test
    void case36ARemFailureThatNamesNoRecipientIsNoProof() {
        PecMail mail = parser.parse(ReceiptMail.receipt("x")
                .withoutDefaultHeaders()
                .header("From: " + DigestVerifier.PROVIDER)
                .header("REM-MessageType: http://uri.etsi.org/19522/v1#/ERDMessageType/receipt")
                .header("REM-EventIdentifier: http://uri.etsi.org/19522/Event/ContentConsignmentFailure")
                .header("REM-UAMessageIdentifier: <m@x>")
                .child("Content-Type: application/xml; name=x.xml\nREM-Section-Type: rem_message/xml_evidence", """
                        <t:Evidence xmlns:t="http://uri.etsi.org/19522/v1#">
                          <t:ERDSEventId>http://uri.etsi.org/19522/Event/ContentConsignmentFailure</t:ERDSEventId>
                          <EventTime>2026-01-02T03:04:05Z</EventTime>
                          <t:RecipientDetails><Identifier IdentifierSchemeName="mailto">a@x</Identifier></t:RecipientDetails>
                          <t:RecipientDetails><Identifier IdentifierSchemeName="mailto">b@x</Identifier></t:RecipientDetails>
                          <t:UserContentInfo><AppLayerIdentifier>&lt;m@x&gt;</AppLayerIdentifier></t:UserContentInfo>
                        </t:Evidence>""")
                .bytes());

        RemEvidence evidence = (RemEvidence) mail;
        assertThat(evidence.event()).contains(PecEvent.PEC_ERROR);
        assertThat(evidence.recipient()).isEmpty();
        assertThat(evidence.hasProblem(ProblemCode.RECIPIENT_MISSING)).isTrue();
        assertThat(evidence.isProof()).isFalse();
    }

    @Test
    void case37UnknownValuesAreKeptAndMoveNothing() {
        PecReceipt both = receipt(ReceiptMail.receipt("ricevuta-futura").daticert(Daticert.of("ricevuta-futura")));
        assertThat(both.type()).isEqualTo(ReceiptType.UNKNOWN);
        assertThat(both.event()).isEmpty();
        assertThat(both.head().receipt()).contains("ricevuta-futura");
        assertThat(both.certification().orElseThrow().type()).isEqualTo("ricevuta-futura");
        assertThat(both.hasProblem(ProblemCode.UNKNOWN_VALUE)).isTrue();
        assertThat(both.isProof()).isFalse();

        PecReceipt header = receipt(ReceiptMail.receipt("ricevuta-futura").daticert(Daticert.delivery()));
        assertThat(header.type()).isEqualTo(ReceiptType.UNKNOWN);
        assertNoProof(header, ProblemCode.HEADER_DATICERT_MISMATCH);

        PecReceipt certified = receipt(ReceiptMail.receipt("avvenuta-consegna").daticert(Daticert.of("futura")));
        assertThat(certified.type()).isEqualTo(ReceiptType.UNKNOWN);
        assertNoProof(certified, ProblemCode.HEADER_DATICERT_MISMATCH);
    }

    @Test
    void case38EscapesAndMissingSubjectsAreRead() {
        PecReceipt receipt = receipt(ReceiptMail.receipt("accettazione")
                .daticert(Daticert.of("accettazione")
                        .provider("L&apos;Ente &amp; <![CDATA[<Figli>]]> &#83;.p.A.")
                        .subject("")));
        assertThat(receipt.provider()).contains("L'Ente & <Figli> S.p.A.");
        assertThat(receipt.subject()).isEmpty();
        assertProof(receipt);

        PecReceipt prefixed = receipt(ReceiptMail.receipt("errore-consegna")
                .daticert(Daticert.failure("altro", "5.1.1 - X - y").subject("<oggetto>CONSEGNA: prova</oggetto>")));
        assertThat(prefixed.subject()).contains("CONSEGNA: prova");
        assertThat(prefixed.event()).contains(PecEvent.PEC_ERROR);
    }

    @ParameterizedTest
    @CsvSource({"consegna, avvenuta-consegna", "mancata-consegna, errore-consegna"})
    void legacySpellingsMeanWhatTheyMeantAndAreFlagged(String legacy, String type) {
        PecReceipt receipt = receipt(ReceiptMail.receipt(legacy));

        assertThat(receipt.type().wireName()).isEqualTo(type);
        assertThat(receipt.hasProblem(ProblemCode.LEGACY_VALUE)).isTrue();
    }

    @Test
    void anAbsentErroreMeansNone() {
        PecReceipt receipt = receipt(ReceiptMail.receipt("accettazione")
                .daticert(Daticert.of("accettazione").error("")));

        assertThat(receipt.error()).contains("nessuno");
        assertProof(receipt);
    }

    @Test
    void aFailureNoticeThatNamesNobodyProvesNothing() {
        assertNoProof(
                receipt(ReceiptMail.receipt("avvenuta-consegna").daticert(Daticert.of("avvenuta-consegna"))),
                ProblemCode.RECIPIENT_MISSING);
    }
}
