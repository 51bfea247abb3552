package io.github.pecmailproxy.evidence;

import static io.github.pecmailproxy.evidence.Bundle.failed;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.message.Attachment;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.pec.ReceiptFormat;
import io.github.pecmailproxy.store.Disposition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What happens to a bundle that is not as it was exported: nothing that matters can be changed without being found. */
class EvidenceBundleTest {
    private static final int CHANGES_A_FILE = 40;
    private static final long SEED = 20_261_123;
    private static final String DELIVERY = "receipts/02-avvenuta-consegna-mario@pec.example.eml";

    private static final Map<ReceiptFormat, SandboxEvidence> SANDBOXES = new EnumMap<>(ReceiptFormat.class);
    private static final Map<ReceiptFormat, byte[]> BUNDLES = new EnumMap<>(ReceiptFormat.class);

    @TempDir
    private Path folder;

    @BeforeAll
    static void export() {
        for (ReceiptFormat format : ReceiptFormat.values()) {
            SandboxEvidence sandbox = new SandboxEvidence();
            SANDBOXES.put(format, sandbox);
            BUNDLES.put(format, sandbox.exported(message().receiptFormat(format)));
        }
    }

    private static OutgoingMessage.Builder message() {
        return SandboxEvidence.message()
                .attach(Attachment.of(
                        "contratto è.pdf", "application/pdf", "%PDF il contratto".getBytes(StandardCharsets.UTF_8)));
    }

    @AfterAll
    static void close() {
        SANDBOXES.values().forEach(SandboxEvidence::close);
    }

    private static Bundle bundle(ReceiptFormat format) {
        return Bundle.of(BUNDLES.get(format));
    }

    private static Bundle bundle() {
        return bundle(ReceiptFormat.COMPLETA);
    }

    private EvidenceVerification verify(Bundle bundle) throws IOException {
        return verify(bundle, ReceiptFormat.COMPLETA);
    }

    private EvidenceVerification verify(Bundle bundle, ReceiptFormat format) throws IOException {
        return bundle.verified(folder, SANDBOXES.get(format).trust());
    }

    @ParameterizedTest
    @EnumSource(ReceiptFormat.class)
    void holdsAsItWasExported(ReceiptFormat format) throws IOException {
        Path file = Files.write(folder.resolve("exported.zip"), BUNDLES.get(format));
        EvidenceVerification verification =
                EvidenceBundle.verify(file, SANDBOXES.get(format).trust());

        assertThat(verification.failures()).isEmpty();
        assertThat(verification.proven()).hasSize(3);
        assertThat(verify(bundle(format), format).failures()).isEmpty();
    }

    @Test
    void isForgedByTheTestsWithoutATraceInWhatNobodySigns() throws IOException {
        // The forgeries below are as good as they can be: where nothing is signed they are not found.
        Bundle forged = bundle().forgedIndex(json -> json.replace("\"uid\": 2", "\"uid\": 7"));

        assertThat(forged.text(BundleFile.INDEX)).contains("\"uid\": 7").isNotEqualTo(bundle().text(BundleFile.INDEX));
        assertThat(verify(forged).failures()).isEmpty();
    }

    @Test
    void holdsUnpackedPackedAgainAndFromAStream() throws IOException {
        SandboxEvidence sandbox = SANDBOXES.get(ReceiptFormat.COMPLETA);
        Path unpacked = bundle().unpack(Files.createDirectory(folder.resolve("unpacked")));

        assertThat(EvidenceBundle.verify(unpacked, sandbox.trust()).failures()).isEmpty();
        assertThat(EvidenceBundle.verify(new ByteArrayInputStream(BUNDLES.get(ReceiptFormat.COMPLETA)), sandbox.trust())
                        .failures())
                .isEmpty();
        Path compressed = Files.write(folder.resolve("compressed.zip"), bundle().zip(true));
        assertThat(EvidenceBundle.verify(compressed, sandbox.trust()).failures())
                .isEmpty();

        Files.writeString(unpacked.resolve("notes.txt"), "added");
        assertThat(failed(EvidenceBundle.verify(unpacked, sandbox.trust()))).containsExactly(EvidenceRule.CONTAINER);
    }

    @ParameterizedTest
    @EnumSource(ReceiptFormat.class)
    void findsEveryChangedByteInEveryFile(ReceiptFormat format) throws IOException {
        Bundle bundle = bundle(format);
        Random random = new Random(SEED);
        List<String> unnoticed = new ArrayList<>();
        for (String name : bundle.files().keySet()) {
            for (int i = 0; i < CHANGES_A_FILE; i++) {
                byte[] bytes = bundle.file(name).clone();
                int offset = random.nextInt(bytes.length);
                bytes[offset] ^= (byte) (1 + random.nextInt(255));
                EvidenceVerification verification = verify(bundle.with(name, bytes), format);
                if (verification.holds()
                        || verification.failures().get(0).detail().isBlank()) {
                    unnoticed.add(name + " at " + offset);
                }
            }
        }
        assertThat(unnoticed).isEmpty();
    }

    @Test
    void findsEveryByteThatWasAddedOrRemoved() throws IOException {
        for (String name : bundle().files().keySet()) {
            byte[] bytes = bundle().file(name);
            assertThat(verify(bundle().with(name, Arrays.copyOf(bytes, bytes.length - 1)))
                            .holds())
                    .as(name)
                    .isFalse();
            assertThat(verify(bundle().with(name, Arrays.copyOf(bytes, bytes.length + 1)))
                            .holds())
                    .as(name)
                    .isFalse();
        }
    }

    @Test
    void findsEveryFileThatIsMissingOrAdded() throws IOException {
        for (String name : bundle().files().keySet()) {
            assertThat(verify(bundle().without(name)).holds()).as(name).isFalse();
            if (!name.equals(BundleFile.CHECKSUMS)) {
                assertThat(verify(bundle().without(name).summed()).holds())
                        .as(name)
                        .isFalse();
            }
        }
        Bundle added = bundle().with("receipts/04-accettazione.eml", bundle().file("receipts/01-accettazione.eml"));
        assertThat(failed(verify(added))).containsExactly(EvidenceRule.HASHES);
        assertThat(failed(verify(added.summed()))).containsExactly(EvidenceRule.HASHES);
    }

    /** Whoever changes the original can write new hashes: what the receipts' signatures cover must contradict. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "COMPLETA  | Gentile destinatario  | Egregio destinatario  | COPY",
                "BREVE     | Gentile destinatario  | Egregio destinatario  | COPY",
                "COMPLETA  | JVBERi                | JVBEQi                | COPY",
                "BREVE     | JVBERi                | JVBEQi                | COPY",
                "COMPLETA  | application/pdf       | application/pdg       | COPY",
                "BREVE     | charset=              | charset=x             | COPY",
                "COMPLETA  | Mon, 23 Nov 2026      | Mon, 23 Nov 2025      | COPY",
                "COMPLETA  | RGlmZmlkYSBuLiAxOiBw  | RGlmZmlkYSBuLiAyOiBw  | ORIGINAL",
                "SINTETICA | RGlmZmlkYSBuLiAxOiBw  | RGlmZmlkYSBuLiAyOiBw  | ORIGINAL",
                "SINTETICA | To: mario@pec         | To: luigi@pec         | ORIGINAL",
                "SINTETICA | From: acme@           | From: emca@           | ORIGINAL",
                "SINTETICA | Message-ID: <         | Message-ID: <x        | ORIGINAL",
            })
    void findsAnOriginalThatWasChangedWithAllItsHashes(ReceiptFormat format, String from, String to, EvidenceRule rule)
            throws IOException {
        Bundle forged = bundle(format).forged(BundleFile.ORIGINAL, mail -> replaced(mail, from, to));

        assertThat(failed(verify(forged, format)))
                .contains(rule)
                .doesNotContain(EvidenceRule.HASHES, EvidenceRule.TEXT);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "RGlmZmlkYSBuLiAxOiBw | RGlmZmlkYSBuLiAyOiBw | Diffida n. 1 | Diffida n. 2",
                "To: mario@pec        | To: luigi@pec        | \"address\": \"mario@ | \"address\": \"luigi@",
                "From: acme@          | From: emca@          | \"sender\": \"acme@ | \"sender\": \"emca@"
            })
    void findsAnOriginalThatWasChangedWithTheIndexAgreeing(String from, String to, String said, String lie)
            throws IOException {
        Bundle forged = bundle(ReceiptFormat.SINTETICA)
                .forged(BundleFile.ORIGINAL, mail -> replaced(mail, from, to))
                .forgedIndex(json -> {
                    int end = json.indexOf("\"receipts\"");
                    return json.substring(0, end).replace(said, lie) + json.substring(end);
                });

        assertThat(failed(verify(forged, ReceiptFormat.SINTETICA)))
                .contains(EvidenceRule.REFERENCE)
                .doesNotContain(EvidenceRule.HASHES, EvidenceRule.TEXT);
    }

    /** The limit that the documentation states. */
    @Test
    void cannotFindABodyThatNoReceiptSpeaksOf() throws IOException {
        Bundle forged = bundle(ReceiptFormat.SINTETICA)
                .forged(BundleFile.ORIGINAL, mail -> replaced(mail, "Gentile destinatario", "Egregio destinatario"));

        EvidenceVerification verification = verify(forged, ReceiptFormat.SINTETICA);

        assertThat(verification.failures()).isEmpty();
        assertThat(verification.originalProof()).isEqualTo(OriginalProof.RECORDED_HASH);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "receipts/01-accettazione.eml | text/plain                  | text/plane",
                DELIVERY + "                  | Gentile destinatario        | Egregio destinatario",
                DELIVERY + "                  | X-Riferimento-Message-ID: < | X-Riferimento-Message-ID: <x",
                DELIVERY + "                  | X-Ricevuta: avvenuta        | X-Ricevuta: errore",
                DELIVERY + "                  | From: posta-certificata@    | From: posta-certifikata@",
                DELIVERY + "                  | postacert.eml               | postacert.emk"
            })
    void findsAReceiptThatWasChangedWithAllItsHashes(String file, String from, String to) throws IOException {
        Bundle forged = bundle().forged(file, mail -> replaced(mail, from, to));

        assertThat(failed(verify(forged)))
                .containsAnyOf(EvidenceRule.SIGNATURE, EvidenceRule.CONTENTS)
                .doesNotContain(EvidenceRule.HASHES, EvidenceRule.TEXT);
    }

    @Test
    void findsAReceiptReplacedByAnother() throws IOException {
        Bundle other = Bundle.of(SANDBOXES
                .get(ReceiptFormat.COMPLETA)
                .exported(message().id("n2").subject("Altro")));
        byte[] genuine = other.file("receipts/05-avvenuta-consegna-mario@pec.example.eml");
        assertThat(genuine).isNotNull();

        Bundle forged = bundle().forged(DELIVERY, mail -> genuine);

        assertThat(failed(verify(forged))).contains(EvidenceRule.CONTENTS, EvidenceRule.REFERENCE, EvidenceRule.STATE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"certified_at\": \"2026-11-23T08:00:00Z\"` | `\"certified_at\": \"2026-11-23T07:00:00Z\"`",
                "`\"legal_time\": \"2026-11-23T09:00+01:00\"` | `\"legal_time\": \"2026-11-23T08:00+01:00\"`",
                "`\"legal_time\": \"2026-11-23T09:00+01:00\"` | `\"legal_time\": \"2026-11-23T08:00Z\"`",
                "`\"recipient\": \"piena@pec.example\"`       | `\"recipient\": \"mario@pec.example\"`",
                "`\"state\": \"failed\"`                      | `\"state\": \"delivered\"`",
                "`\"state\": \"delivered\"`                   | `\"state\": \"failed\"`",
                "`\"type\": \"pec_error\"`                    | `\"type\": \"pec_delivery\"`",
                "`\"type\": \"pec_error\"`                    | `\"type\": \"queued\"`",
                "`\"type\": \"queued\"`                       | `\"type\": \"pec_delivery\"`",
                "`\"type\": \"queued\"`                       | `\"type\": \"nonsense\"`",
                "`\"error_code\": \"5.2.2\"`                  | `\"error_code\": \"5.1.1\"`",
                "`\"receipt_type\": \"errore-consegna\"`      | `\"receipt_type\": \"avvenuta-consegna\"`",
                "`\"subject\": \"Diffida n. 1:`               | `\"subject\": \"Diffida n. 2:`",
                "`\"sender\": \"acme@`                        | `\"sender\": \"emca@`",
                "`\"time\": \"2026-11-23T08:00:00Z\"`         | `\"time\": \"2026-11-23T07:00:00Z\"`",
                "`\"provider_message_id\": \"`                | `\"provider_message_id\": \"x`",
                "`\"serial\": \"`                             | `\"serial\": \"1`",
                "`\"not_after\": \"20`                        | `\"not_after\": \"21`",
                "`\"signing_time\": \"2026-11-23T08:00:00Z\"` | `\"signing_time\": \"2026-11-23T07:00:00Z\"`",
                "`\"verdict\": \"trusted\"`                   | `\"verdict\": \"invalid\"`",
                "`\"verdict\": \"trusted\"`                   | `\"verdict\": \"unsigned\"`",
                "`\"problems\": [ ]`                          | `\"problems\": [\n        \"rewrapped\"\n      ]`",
                "`\"original_attached\": true`                | `\"original_attached\": false`",
                "`\"pec\": true`                              | `\"pec\":  true`",
                "`\"attempts\": 1`                            | `\"attempts\": 1, \"added\": 1`",
                "`\"attempts\": 1`                            | `\"attempts\": \"1\"`",
                "`\"attempts\": 1,`                           | ``",
                "`\"format\": \"pec-evidence/1\"`             | `\"format\": \"pec-evidence/9\"`",
                "`\"file\": \"original.eml\"`                 | `\"file\": \"../original.eml\"`",
                "`\"file\": \"original.eml\"`                 | `\"file\": \"verification.txt\"`"
            })
    void findsAnIndexThatWasChangedWithHashesAndText(String from, String to) throws IOException {
        Bundle forged = bundle().forgedIndex(json -> {
            assertThat(json).contains(from);
            return json.replace(from, to);
        });

        assertThat(verify(forged).holds()).isFalse();
    }

    @Test
    void findsProofThatWasDeniedToAReceipt() throws IOException {
        Bundle forged = bundle().forgedIndex(json -> json.replace("\"proof\": true,", "\"proof\": false,"));

        assertThat(failed(verify(forged))).contains(EvidenceRule.STATE);
    }

    /** A claim without a receipt that proves it, with all hashes and the text agreeing: each field of what became of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"state\": \"delivered\"`      | `\"state\": \"failed\"`",
                "`\"state\": \"delivered\"`      | `\"state\": \"external\"`",
                "`\"state\": \"delivered\"`      | `\"state\": \"conflict\"`",
                "`\"state\": \"delivered\"`      | `\"state\": \"delayed\"`",
                "`\"state\": \"delivered\"`      | `\"state\": \"accepted\"`",
                "`\"state\": \"delivered\"`      | `\"state\": \"pending\"`",
                "`\"state\": \"delivered\"`      | `\"state\": \"sent\"`",
                "`\"state\": \"failed\"`         | `\"state\": \"external\"`",
                "`\"state\": \"failed\"`         | `\"state\": \"conflict\"`",
                "`\"state\": \"failed\"`         | `\"state\": \"delayed\"`",
                "`\"state\": \"failed\"`         | `\"state\": \"accepted\"`",
                "`\"reason\": \"mailbox_full\"`  | `\"reason\": \"recipient_unknown\"`",
                "`\"reason\": \"mailbox_full\"`  | `\"reason\": \"refused\"`",
                "`\"reason\": \"mailbox_full\"`  | `\"reason\": \"bounce\"`",
                "`\"state\": \"accepted\"`       | `\"state\": \"sent\"`",
                "`\"state\": \"accepted\"`       | `\"state\": \"failed\"`",
                "`\"state\": \"accepted\"`       | `\"state\": \"rejected\"`",
                "`\"pec\": true`                 | `\"pec\": false`"
            })
    void findsAnOutcomeThatNoReceiptProves(String from, String to) throws IOException {
        Bundle forged = bundle().forgedIndex(json -> {
            int end = json.indexOf("\"receipts\"");
            assertThat(json.substring(0, end)).contains(from);
            return json.substring(0, end).replace(from, to) + json.substring(end);
        });

        assertThat(failed(verify(forged))).containsExactly(EvidenceRule.STATE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`\"failure\": \"mailbox_full\"` | `\"failure\": \"recipient_unknown\"`",
                "`\"final\": true`               | `\"final\": false`",
                "`\"proof\": true`               | `\"proof\": false`"
            })
    void findsAnEventThatSaysOtherThanItsReceipt(String from, String to) throws IOException {
        Bundle forged = bundle().forgedIndex(json -> {
            int start = json.indexOf("\"events\"");
            return json.substring(0, start) + json.substring(start).replace(from, to);
        });
        assertThat(forged.text(BundleFile.INDEX)).isNotEqualTo(bundle().text(BundleFile.INDEX));
        assertThat(failed(verify(forged))).containsExactly(EvidenceRule.STATE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Disposition.class,
            names = {"RECORDED", "UNREADABLE"},
            mode = EnumSource.Mode.EXCLUDE)
    void findsADeliveryThatTheIndexPassesOver(Disposition disposition) throws IOException {
        Bundle forged = bundle().forgedIndex(json -> {
            int receipt = json.indexOf(DELIVERY);
            String recorded = "\"disposition\": \"recorded\"";
            int at = json.indexOf(recorded, receipt);
            assertThat(at).isPositive();
            return json.substring(0, at)
                    + recorded.replace("recorded", IndexWriter.name(disposition))
                    + json.substring(at + recorded.length());
        });

        assertThat(failed(verify(forged))).contains(EvidenceRule.STATE);
        assertThat(verify(forged).proven()).hasSize(3);
    }

    @Test
    void findsATextThatSaysSomethingElse() throws IOException {
        byte[] text = bundle().text(BundleFile.TEXT)
                .replace("NON è stato consegnato", "è stato consegnato")
                .getBytes(StandardCharsets.UTF_8);
        String index = bundle().text(BundleFile.INDEX)
                .replaceFirst(
                        "(\"file\": \"verification.txt\",\\s+\"size\": )\\d+(,\\s+\"sha256\": \")[0-9a-f]+",
                        "$1" + text.length + "$2" + Hashing.sha256(text));
        Bundle forged = bundle().with(BundleFile.TEXT, text)
                .with(BundleFile.INDEX, index.getBytes(StandardCharsets.UTF_8))
                .summed();

        assertThat(failed(verify(forged))).containsExactly(EvidenceRule.TEXT);
    }

    @Test
    void findsACertificateThatWasReplaced() throws IOException {
        List<String> certificates = bundle().files().keySet().stream()
                .filter(name -> name.startsWith(BundleFile.CERTIFICATES))
                .toList();
        byte[] other = bundle().file(certificates.get(1));
        Bundle forged = bundle().forged(certificates.get(0), pem -> other);

        assertThat(failed(verify(forged))).contains(EvidenceRule.CERTIFICATES);
    }

    private static byte[] replaced(byte[] mail, String from, String to) {
        String text = new String(mail, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(from);
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }
}
