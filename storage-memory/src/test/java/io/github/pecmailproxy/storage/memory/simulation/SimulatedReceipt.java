package io.github.pecmailproxy.storage.memory.simulation;

import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.SignedEntity;
import io.github.pecmailproxy.pec.Verdict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * A receipt as a provider writes it.
 *
 * @param type the value of X-Ricevuta
 * @param receiptId its own Message-ID
 * @param providerId the provider's identifier of the message
 * @param messageId the Message-ID of the message it speaks of
 * @param sender whose message it certifies
 * @param recipients whom the message was for
 * @param recipient whom the receipt is about, empty for nobody
 * @param error the value of the attribute errore
 * @param detail the text of errore-esteso, empty for none
 * @param time the certified time
 */
record SimulatedReceipt(
        String type,
        String receiptId,
        String providerId,
        String messageId,
        String sender,
        List<String> recipients,
        String recipient,
        String error,
        String detail,
        Instant time) {
    private static final String PROVIDER = "posta-certificata@provider.example";
    private static final String KEY = "only the provider knows";
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("dd/MM/yyyy", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    SimulatedReceipt withReceiptId(String id) {
        return new SimulatedReceipt(
                type, id, providerId, messageId, sender, recipients, recipient, error, detail, time);
    }

    /** Returns what was certified: the same for every copy of the receipt. */
    String facts() {
        return type + "|" + providerId + "|" + recipient + "|" + time.getEpochSecond();
    }

    /** Writes the mail, as the provider signs it or as somebody would who cannot. */
    byte[] mail(boolean genuine) {
        String content = content();
        String signature = genuine ? sign(digest(content)) : "forged";
        String mail = """
                Return-Path: <%1$s>
                Subject: %2$s: prova
                X-Riferimento-Message-ID: %3$s
                X-Ricevuta: %4$s
                From: %1$s
                Message-ID: %5$s
                Date: Mon, 23 Nov 2026 08:00:00 +0000
                MIME-Version: 1.0
                Content-Type: multipart/signed; protocol="application/x-pkcs7-signature"; micalg="sha256"; boundary="SIGNED"

                --SIGNED
                """.formatted(PROVIDER, type.toUpperCase(Locale.ROOT), messageId, type, receiptId)
                + content
                + """

                --SIGNED
                Content-Type: application/x-pkcs7-signature; name="smime.p7s"
                Content-Transfer-Encoding: base64

                %s

                --SIGNED--
                """.formatted(Base64.getEncoder().encodeToString(signature.getBytes(StandardCharsets.US_ASCII)));
        return mail.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private String content() {
        StringBuilder listed = new StringBuilder();
        for (String address : recipients) {
            listed.append("<destinatari tipo=\"certificato\">").append(address).append("</destinatari>");
        }
        String about = (type.equals("avvenuta-consegna") ? "<ricevuta tipo=\"completa\" />" : "")
                + (recipient.isEmpty()
                        ? ""
                        : type.equals("presa-in-carico")
                                ? "<ricezione>" + recipient + "</ricezione>"
                                : "<consegna>" + recipient + "</consegna>")
                + (detail.isEmpty() ? "" : "<errore-esteso>" + detail + "</errore-esteso>");
        return """
                Content-Type: multipart/mixed; boundary="MIXED"

                --MIXED
                Content-Type: text/plain; charset="iso-8859-1"

                Ricevuta.

                --MIXED
                Content-Type: application/xml; name="daticert.xml"
                Content-Disposition: inline; filename="daticert.xml"
                Content-Transfer-Encoding: 7bit

                <?xml version="1.0" encoding="UTF-8"?>
                <postacert tipo="%s" errore="%s"><intestazione><mittente>%s</mittente>%s<risposte>%s</risposte><oggetto>prova</oggetto></intestazione><dati><gestore-emittente>Provider S.p.A.</gestore-emittente><data zona="+0000"><giorno>%s</giorno><ora>%s</ora></data><identificativo>%s</identificativo><msgid>%s</msgid>%s</dati></postacert>

                --MIXED--
                """.formatted(
                        type,
                        error,
                        sender,
                        listed,
                        sender,
                        DAY.format(time),
                        HOUR.format(time),
                        providerId,
                        messageId.replace("<", "&lt;").replace(">", "&gt;"),
                        about);
    }

    /** Judges signatures in the world of the simulation, as strictly as where there is cryptography. */
    static SignatureCheck verify(SignedEntity entity) {
        try {
            String found = new String(entity.cms(), StandardCharsets.US_ASCII);
            boolean genuine = entity.detached()
                    && found.equals(sign(entity.digest("SHA-256")))
                    && entity.from().filter(PROVIDER::equals).isPresent();
            return genuine
                    ? SignatureCheck.of(Verdict.TRUSTED, "by the provider")
                    : SignatureCheck.of(Verdict.INVALID, "not by the provider");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static String sign(byte[] digest) {
        MessageDigest keyed = sha256();
        keyed.update(KEY.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().formatHex(keyed.digest(digest));
    }

    private static byte[] digest(String content) {
        return sha256().digest(content.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
