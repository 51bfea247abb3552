package io.github.pecmailproxy.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;

/** Receipts of the shape and size that providers send, composed here; their signatures are random bytes. */
final class SampleReceipts {
    private static final int LARGE_ATTACHMENT_BYTES = 200_000;
    private static final int SMALL_SIGNATURE_BYTES = 2_900;
    private static final int LARGE_SIGNATURE_BYTES = 2_900;

    private static final Subject SUBJECT =
            new Subject("20260102.1234567890@sender.example", "pec123.20260102030400.00001.1.63@provider.example");

    private final Random random = new Random(42);

    /**
     * The message that a receipt speaks of.
     *
     * @param messageId its Message-ID, without brackets
     * @param identifier the provider's identifier of it
     */
    record Subject(String messageId, String identifier) {}

    /** An accettazione of 7 kB. */
    byte[] acceptance() {
        return acceptance(SUBJECT);
    }

    /** An accettazione of 7 kB for a message. */
    byte[] acceptance(Subject subject) {
        return receipt("accettazione", "", SMALL_SIGNATURE_BYTES, subject);
    }

    /** A complete consegna of 281 kB, with the original and its attachment of 200 kB. */
    byte[] delivery() {
        return delivery(SUBJECT, LARGE_ATTACHMENT_BYTES);
    }

    /** A complete consegna for a message, with the original and its attachment of so many bytes. */
    byte[] delivery(Subject subject, int attachmentBytes) {
        String original = crlf("""

                ------------=_1767319445-23219-13
                Content-Type: message/rfc822; name="postacert.eml"
                Content-Disposition: inline; filename="postacert.eml"
                Content-Transfer-Encoding: 7bit

                Received: from [192.0.2.7] by smtp.provider.example; Fri, 2 Jan 2026 03:04:00 +0100 (CET)
                Date: Fri, 2 Jan 2026 03:04:00 +0100
                From: bruno@pec.example
                To: anna@pec.example
                Subject: Fattura
                Message-ID: <%s>
                X-Riferimento-Message-ID: <%s>
                X-TipoRicevuta: completa
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="------------090807060504030201"

                --------------090807060504030201
                Content-Type: text/plain; charset=utf-8

                In allegato la fattura.

                --------------090807060504030201
                Content-Type: application/pdf; name="fattura.pdf"
                Content-Disposition: attachment; filename="fattura.pdf"
                Content-Transfer-Encoding: base64

                %s

                --------------090807060504030201--
                """).formatted(subject.identifier(), subject.messageId(), base64(attachmentBytes));
        return receipt("avvenuta-consegna", original, LARGE_SIGNATURE_BYTES, subject);
    }

    private byte[] receipt(String type, String original, int signatureBytes, Subject subject) {
        String consegna =
                original.isEmpty() ? "" : "<ricevuta tipo=\"completa\" />\n<consegna>anna@pec.example</consegna>";
        String daticert = """
                <?xml version="1.0" encoding="UTF-8"?>
                <postacert tipo="%s" errore="nessuno">
                    <intestazione>
                        <mittente>bruno@pec.example</mittente>
                        <destinatari tipo="certificato">anna@pec.example</destinatari>
                        <risposte>bruno@pec.example</risposte>
                        <oggetto>Fattura</oggetto>
                    </intestazione>
                    <dati>
                        <gestore-emittente>Provider S.p.A.</gestore-emittente>
                        <data zona="+0100">
                            <giorno>02/01/2026</giorno>
                            <ora>03:04:05</ora>
                        </data>
                        <identificativo>%s</identificativo>
                        <msgid>&lt;%s&gt;</msgid>
                        %s
                    </dati>
                </postacert>
                """.formatted(type, subject.identifier(), subject.messageId(), consegna);
        String mail = crlf("""
                Return-Path: <posta-certificata@provider.example>
                Delivered-To: bruno@pec.example
                Received: from smtprm02.provider.example (localhost [127.0.0.1])
                \tby smtprm02.provider.example (lmtpd) with LMTP id 23883.002;
                \tFri, 2 Jan 2026 03:04:05 +0100 (CET)
                Subject: RICEVUTA: Fattura
                X-Riferimento-Message-ID: <%s>
                Date: Fri, 2 Jan 2026 03:04:05 +0100
                Message-ID: <r.%s>
                To: bruno@pec.example
                From: posta-certificata@provider.example
                X-Ricevuta: %s
                MIME-Version: 1.0
                Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg=sha256; boundary="----0E32ED7BC110EE1F6074D6F7771A6303"

                This is an S/MIME signed message

                ------0E32ED7BC110EE1F6074D6F7771A6303
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="----------=_1767319445-23219-13"

                This is a multi-part message in MIME format...

                ------------=_1767319445-23219-13
                Content-Type: text/plain; charset="iso-8859-1"
                Content-Disposition: inline
                Content-Transfer-Encoding: quoted-printable

                -- Ricevuta del messaggio indirizzato a anna@pec.example ("posta certificata") --

                Il giorno 02/01/2026 alle ore 03:04:05 (+0100) il messaggio con Oggetto
                "Fattura" inviato da "bruno@pec.example" ed indirizzato a:
                anna@pec.example ("posta certificata")
                =E8 stato trattato dal sistema.
                Identificativo del messaggio: %s
                L'allegato daticert.xml contiene informazioni di servizio sulla trasmissione

                ------------=_1767319445-23219-13
                Content-Type: application/xml; name="daticert.xml"
                Content-Disposition: inline; filename="daticert.xml"
                Content-Transfer-Encoding: base64

                %s
                """)
                .formatted(
                        subject.messageId(),
                        subject.identifier(),
                        type,
                        subject.identifier(),
                        Base64.getMimeEncoder(60, new byte[] {'\r', '\n'})
                                .encodeToString(daticert.getBytes(StandardCharsets.UTF_8)));
        String end = crlf("""

                ------------=_1767319445-23219-13--

                ------0E32ED7BC110EE1F6074D6F7771A6303
                Content-Type: application/x-pkcs7-signature; name="smime.p7s"
                Content-Transfer-Encoding: base64
                Content-Disposition: attachment; filename="smime.p7s"

                %s

                ------0E32ED7BC110EE1F6074D6F7771A6303--
                """).formatted(base64(signatureBytes));
        return (mail + original + end).getBytes(StandardCharsets.ISO_8859_1);
    }

    private String base64(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return Base64.getMimeEncoder().encodeToString(bytes);
    }

    private static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }
}
