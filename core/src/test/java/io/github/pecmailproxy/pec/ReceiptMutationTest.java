package io.github.pecmailproxy.pec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Mutations of receipts: whatever is done to the bytes, nothing becomes a proof of something it was no proof of. */
class ReceiptMutationTest {
    private static final List<byte[]> GENUINE = List.of(
            ReceiptMail.receipt("accettazione")
                    .daticert(Daticert.of("accettazione"))
                    .bytes(),
            ReceiptMail.receipt("avvenuta-consegna")
                    .daticert(Daticert.delivery())
                    .postacert("Message-ID: <m@x>\nX-Genro-Mail-ID: t\n\nciao")
                    .bytes(),
            ReceiptMail.receipt("errore-consegna")
                    .daticert(Daticert.failure("no-dest", "5.1.1 - Aruba Pec S.p.A. - indirizzo non valido"))
                    .lineEnd("\n")
                    .bytes(),
            ReceiptMail.receipt("preavviso-errore-consegna")
                    .daticert(Daticert.of("preavviso-errore-consegna")
                            .consegna("anna@pec.example")
                            .detail("4.4.1 - X - y"))
                    .bytes());

    private static final List<byte[]> NO_PROOF = List.of(
            ReceiptMail.receipt("avvenuta-consegna")
                    .daticert(Daticert.delivery())
                    .brokenSignature()
                    .bytes(),
            ReceiptMail.receipt("avvenuta-consegna")
                    .daticert(Daticert.delivery())
                    .unsigned()
                    .bytes(),
            ReceiptMail.receipt("avvenuta-consegna")
                    .daticert(Daticert.delivery())
                    .from("x@example.org")
                    .bytes(),
            ReceiptMail.receipt("avvenuta-consegna").bytes(),
            ReceiptMail.receipt("avvenuta-consegna")
                    .daticert(Daticert.delivery())
                    .daticert(Daticert.delivery())
                    .bytes(),
            ReceiptMail.receipt("futura").daticert(Daticert.of("futura")).bytes());

    private final PecReceiptParser parser =
            PecReceiptParser.builder().signatureVerifier(new DigestVerifier()).build();
    private final PecReceiptParser streaming = PecReceiptParser.builder()
            .signatureVerifier(new DigestVerifier())
            .limits(ParserLimits.DEFAULT.withMaxBufferedBytes(1))
            .build();

    private static CertifiedReceipt receipt(PecMail mail) {
        assertThat(mail).isInstanceOf(CertifiedReceipt.class);
        return (CertifiedReceipt) mail;
    }

    private PecMail parse(byte[] mail) {
        PecMail parsed = parser.parse(mail);
        assertThat(parsed.problems()).noneMatch(problem -> problem.code() == ProblemCode.INTERNAL_ERROR);
        try {
            PecMail streamed = streaming.parse(new ByteArrayInputStream(mail));
            assertThat(MailText.of(streamed)).isEqualTo(MailText.of(parsed));
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
        return parsed;
    }

    /** A proof after mutation proves what it proved before: the signed facts cannot be edited. */
    @Property(tries = 3000)
    void aMutatedProofProvesTheSameOrNothing(
            @ForAll("genuine") byte[] mail, @ForAll("mutations") List<Mutation> mutations) {
        CertifiedReceipt before = receipt(parser.parse(mail));
        assertThat(before.isProof()).isTrue();

        PecMail after = parse(apply(mail, mutations));

        if (after instanceof CertifiedReceipt receipt && receipt.isProof()) {
            assertThat(receipt.certification()).isEqualTo(before.certification());
            assertThat(receipt.type()).isEqualTo(before.type());
            assertThat(receipt.event()).isEqualTo(before.event());
            assertThat(receipt.originalMessageId()).isEqualTo(before.originalMessageId());
        }
    }

    @Property(tries = 3000)
    void aMutationNeverMakesAProof(@ForAll("noProof") byte[] mail, @ForAll("mutations") List<Mutation> mutations) {
        PecMail after = parse(apply(mail, mutations));

        assertThat(after instanceof CertifiedReceipt receipt && receipt.isProof())
                .isFalse();
    }

    @Property(tries = 1000)
    void bytesOfAnyKindAreAnswered(@ForAll byte[] bytes) {
        assertThat(parse(bytes)).isNotNull();
    }

    @Provide
    Arbitrary<byte[]> genuine() {
        return Arbitraries.of(GENUINE);
    }

    @Provide
    Arbitrary<byte[]> noProof() {
        return Arbitraries.of(NO_PROOF);
    }

    @Provide
    Arbitrary<List<Mutation>> mutations() {
        Arbitrary<String> insertion = Arbitraries.of(
                "\r\n",
                "\n",
                "\r",
                "--",
                "\r\n------A0B1C2D3E4F5\r\n",
                "\r\n------A0B1C2D3E4F5--\r\n",
                "\r\n------------=_17-42-1\r\n",
                "\r\n------------=_17-42-1--\r\n",
                "X-Ricevuta: avvenuta-consegna\r\n",
                "X-Trasporto: posta-certificata\r\n",
                "From: " + DigestVerifier.PROVIDER + "\r\n",
                "X-Riferimento-Message-ID: <other@x>\r\n",
                "Content-Type: application/xml; name=daticert.xml\r\n\r\n",
                "<consegna>other@pec.example</consegna>",
                "\u0000",
                "=",
                "\"",
                ";",
                "<!-- ",
                "&#0;");
        return Combinators.combine(
                        Arbitraries.of(Mutation.Kind.class),
                        Arbitraries.doubles().between(0, 1),
                        Arbitraries.integers().between(0, 400),
                        insertion)
                .as(Mutation::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    private static byte[] apply(byte[] mail, List<Mutation> mutations) {
        byte[] mutated = mail;
        for (Mutation mutation : mutations) {
            mutated = mutation.apply(mutated);
        }
        return mutated;
    }

    /** One change to a mail at a place. */
    record Mutation(Kind kind, double place, int length, String text) {
        enum Kind {
            CUT,
            REPEAT,
            INSERT,
            FLIP,
            CASE,
            MOVE,
            LINE_ENDS
        }

        byte[] apply(byte[] mail) {
            if (mail.length == 0) {
                return mail;
            }
            int from = Math.min((int) (place * mail.length), mail.length - 1);
            int to = Math.min(mail.length, from + length);
            byte[] head = Arrays.copyOf(mail, from);
            byte[] piece = Arrays.copyOfRange(mail, from, to);
            byte[] tail = Arrays.copyOfRange(mail, to, mail.length);
            return switch (kind) {
                case CUT -> join(head, tail);
                case REPEAT -> join(head, piece, piece, tail);
                case INSERT -> join(head, text.getBytes(StandardCharsets.ISO_8859_1), piece, tail);
                case MOVE -> join(piece, head, tail);
                case FLIP -> {
                    byte[] flipped = mail.clone();
                    flipped[from] ^= (byte) (1 << length % 8);
                    yield flipped;
                }
                case CASE ->
                    join(
                            head,
                            new String(piece, StandardCharsets.ISO_8859_1)
                                    .toUpperCase(java.util.Locale.ROOT)
                                    .getBytes(StandardCharsets.ISO_8859_1),
                            tail);
                case LINE_ENDS ->
                    new String(mail, StandardCharsets.ISO_8859_1)
                            .replace("\r\n", "\n")
                            .getBytes(StandardCharsets.ISO_8859_1);
            };
        }

        private static byte[] join(byte[]... pieces) {
            List<Byte> bytes = new ArrayList<>();
            for (byte[] piece : pieces) {
                for (byte b : piece) {
                    bytes.add(b);
                }
            }
            byte[] joined = new byte[bytes.size()];
            for (int i = 0; i < joined.length; i++) {
                joined[i] = bytes.get(i);
            }
            return joined;
        }
    }
}
