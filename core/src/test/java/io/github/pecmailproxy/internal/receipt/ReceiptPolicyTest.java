package io.github.pecmailproxy.internal.receipt;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.account.MailAccount;
import io.github.pecmailproxy.account.ReceiptTrust;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.pec.CertifiedReceipt;
import io.github.pecmailproxy.pec.ProblemCode;
import io.github.pecmailproxy.pec.ReceiptType;
import io.github.pecmailproxy.pec.Verdict;
import io.github.pecmailproxy.testing.SampleReceipt;
import io.github.pecmailproxy.testing.Samples;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which receipts count. */
class ReceiptPolicyTest {
    private static final String ANNA = "anna@pec.example";

    @ParameterizedTest(name = "{0} takes {1}: {2}")
    @CsvSource({
        "REQUIRE_PROOF,TRUSTED,true",
        "REQUIRE_PROOF,UNTRUSTED,false",
        "REQUIRE_PROOF,INVALID,false",
        "REQUIRE_PROOF,UNSIGNED,false",
        "REQUIRE_PROOF,NOT_CHECKED,false",
        "ACCEPT_VALID_SIGNATURE,TRUSTED,true",
        "ACCEPT_VALID_SIGNATURE,UNTRUSTED,true",
        "ACCEPT_VALID_SIGNATURE,INVALID,false",
        "ACCEPT_VALID_SIGNATURE,UNSIGNED,false",
        "ACCEPT_VALID_SIGNATURE,NOT_CHECKED,false",
        "ACCEPT_UNVERIFIED,TRUSTED,true",
        "ACCEPT_UNVERIFIED,UNTRUSTED,true",
        "ACCEPT_UNVERIFIED,INVALID,true",
        "ACCEPT_UNVERIFIED,UNSIGNED,true",
        "ACCEPT_UNVERIFIED,NOT_CHECKED,true"
    })
    void signatureMustBeWorthWhatThePolicyAsks(ReceiptTrust trust, Verdict verdict, boolean counts) {
        CertifiedReceipt receipt = SampleReceipt.acceptance("m1", ANNA)
                .signature(verdict, "because")
                .build();
        assertThat(objection(receipt, trust).isEmpty()).isEqualTo(counts);
    }

    @Test
    void objectionSaysWhatTheSignatureLacks() {
        CertifiedReceipt receipt = SampleReceipt.acceptance("m1", ANNA)
                .signature(Verdict.INVALID, "the content was changed")
                .build();
        assertThat(objection(receipt)).contains("the signature is invalid: the content was changed");
    }

    @Test
    void receiptWithoutCertificationIsNoProof() {
        CertifiedReceipt receipt =
                SampleReceipt.acceptance("m1", ANNA).uncertified().build();
        assertThat(objection(receipt)).isPresent();
        assertThat(objection(receipt, ReceiptTrust.ACCEPT_VALID_SIGNATURE)).isPresent();
        assertThat(objection(receipt, ReceiptTrust.ACCEPT_UNVERIFIED)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ProblemCode.class)
    void contradictionsExcludeProofAndBlemishesDoNot(ProblemCode code) {
        CertifiedReceipt receipt = SampleReceipt.acceptance("m1", ANNA)
                .problem(code, "what is wrong")
                .build();
        assertThat(objection(receipt))
                .isEqualTo(code.excludesProof() ? Optional.of("what is wrong") : Optional.empty());
    }

    @ParameterizedTest
    @EnumSource(
            value = ReceiptType.class,
            names = {"RILEVAZIONE_VIRUS", "UNKNOWN"})
    void typesThatSayNothingToTheSenderNeverCount(ReceiptType type) {
        CertifiedReceipt receipt = SampleReceipt.of(type, "m1").build();
        assertThat(objection(receipt, ReceiptTrust.ACCEPT_UNVERIFIED)).isPresent();
    }

    @Test
    void genuineReceiptOfAnotherSendersMessageDoesNotCount() {
        CertifiedReceipt receipt = SampleReceipt.acceptance("m1", ANNA)
                .from("stranger@pec.example")
                .build();
        assertThat(objection(receipt).orElseThrow()).contains("stranger@pec.example");
        assertThat(objection(receipt, ReceiptTrust.ACCEPT_UNVERIFIED)).isPresent();
    }

    @Test
    void receiptThatCertifiesNoSenderIsNoProof() {
        CertifiedReceipt nobody =
                SampleReceipt.acceptance("m1", ANNA).fromNobody().build();
        CertifiedReceipt blank = SampleReceipt.acceptance("m1", ANNA).from(" ").build();

        assertThat(objection(nobody)).contains("it does not certify whose message it speaks of");
        assertThat(objection(blank)).contains("it does not certify whose message it speaks of");
        assertThat(objection(nobody, ReceiptTrust.ACCEPT_VALID_SIGNATURE)).isPresent();
        assertThat(objection(nobody, ReceiptTrust.ACCEPT_UNVERIFIED)).isEmpty();
    }

    @Test
    void senderIsComparedWithoutRegardToCase() {
        CertifiedReceipt receipt =
                SampleReceipt.acceptance("m1", ANNA).from(" Bruno@PEC.example ").build();
        assertThat(objection(receipt)).isEmpty();
    }

    @Test
    void deliveryToSomebodyWhoWasNoRecipientDoesNotCount() {
        assertThat(objection(SampleReceipt.delivery("m1", "stranger@pec.example")
                                .build())
                        .orElseThrow())
                .contains("stranger@pec.example");
    }

    @Test
    void recipientIsComparedWithoutRegardToCase() {
        assertThat(objection(SampleReceipt.delivery("m1", "ANNA@pec.EXAMPLE").build()))
                .isEmpty();
    }

    @Test
    void anAddressWithADetailIsAnotherRecipientThanTheOneWithout() {
        // Only the provider knows whether anna+x@ is anna@ (RFC 5233): what a receipt does not name it does not
        // certify.
        TrackedMessage detailed = Samples.pecMessage("m1", "anna+contratti@pec.example");
        assertThat(ReceiptPolicy.objection(
                        SampleReceipt.delivery("m1", "Anna+Contratti@pec.example")
                                .build(),
                        detailed,
                        account()))
                .isEmpty();
        assertThat(ReceiptPolicy.objection(SampleReceipt.delivery("m1", ANNA).build(), detailed, account()))
                .hasValueSatisfying(why -> assertThat(why).contains("had no recipient"));
        assertThat(objection(SampleReceipt.delivery("m1", "anna+contratti@pec.example")
                        .build()))
                .hasValueSatisfying(why -> assertThat(why).contains("had no recipient"));
    }

    @ParameterizedTest
    @EnumSource(
            value = ReceiptType.class,
            names = {"AVVENUTA_CONSEGNA", "ERRORE_CONSEGNA", "PREAVVISO_ERRORE_CONSEGNA"})
    void noticeAboutOneRecipientMustNameIt(ReceiptType type) {
        assertThat(objection(SampleReceipt.of(type, "m1").build())).contains("it names no recipient");
    }

    @ParameterizedTest
    @EnumSource(
            value = ReceiptType.class,
            names = {"ACCETTAZIONE", "NON_ACCETTAZIONE", "PRESA_IN_CARICO"})
    void noticeAboutTheWholeMessageNeedNot(ReceiptType type) {
        assertThat(objection(SampleReceipt.of(type, "m1").build())).isEmpty();
    }

    @Test
    void receiptMustKnowTheMessageByTheProvidersIdentifier() {
        TrackedMessage known =
                message().next().attempts(1).providerMessageId("opec1.first").build();
        assertThat(ReceiptPolicy.objection(
                        SampleReceipt.delivery("m1", ANNA)
                                .providerId("opec1.other")
                                .build(),
                        known,
                        account()))
                .isPresent();
        assertThat(ReceiptPolicy.objection(
                        SampleReceipt.delivery("m1", ANNA)
                                .providerId("opec1.first")
                                .build(),
                        known,
                        account()))
                .isEmpty();
        assertThat(ReceiptPolicy.objection(
                        SampleReceipt.delivery("m1", ANNA).providerId(null).build(), known, account()))
                .isEmpty();
    }

    @Test
    void messageThatWasSentAgainIsKnownByAnotherIdentifierEachTime() {
        TrackedMessage twice =
                message().next().attempts(2).providerMessageId("opec1.first").build();
        assertThat(ReceiptPolicy.objection(
                        SampleReceipt.delivery("m1", ANNA)
                                .providerId("opec1.second")
                                .build(),
                        twice,
                        account()))
                .isEmpty();
    }

    private static Optional<String> objection(CertifiedReceipt receipt) {
        return objection(receipt, ReceiptTrust.REQUIRE_PROOF);
    }

    private static Optional<String> objection(CertifiedReceipt receipt, ReceiptTrust trust) {
        return ReceiptPolicy.objection(
                receipt, message(), Samples.pec("pec").receiptTrust(trust).build());
    }

    private static MailAccount account() {
        return Samples.pecAccount();
    }

    private static TrackedMessage message() {
        return Samples.pecMessage("m1", ANNA);
    }
}
