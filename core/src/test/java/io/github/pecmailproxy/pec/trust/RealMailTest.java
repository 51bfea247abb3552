package io.github.pecmailproxy.pec.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.Verdict;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real mails, with the verdicts that their manifest states. */
class RealMailTest {
    private static final String DELIVERY_2018 = "aruba_2018_consegna_completa.eml";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aruba_2018_busta-trasporto_segnatura.eml",
                DELIVERY_2018,
                "aruba_2021_accettazione_2dest.eml",
                "aruba_2021_errore-consegna_no-dest.eml"
            })
    void trustsArubaWithTheDefaultAnchor(String name) {
        SignatureCheck check = check(ProviderTrust.defaults(), SharedFiles.mail(name));

        assertThat(check.reason()).isEmpty();
        assertThat(check.verdict()).isEqualTo(Verdict.TRUSTED);
        assertThat(check.digestAlgorithm()).contains("SHA-1");
        assertThat(check.weakDigest()).isTrue();
        assertThat(check.chain()).hasSize(2);
        assertThat(check.signer().orElseThrow().getSubjectX500Principal().getName())
                .contains("Posta Certificata ARUBA PEC");
        assertThat(check.chain().get(1).getSubjectX500Principal().getName()).contains("AgID CA1");
    }

    @Test
    void readsTheSigningTimeOfTheDelivery() {
        assertThat(check(ProviderTrust.defaults(), SharedFiles.mail(DELIVERY_2018))
                        .signingTime())
                .contains(Instant.parse("2018-11-13T15:39:27Z"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"aruba_2014_accettazione_textonly.eml", "aruba_2014_busta-trasporto_textonly.eml"})
    void trustsTheOldAuthorityOnlyWhenAskedTo(String name) {
        SignedMail mail = SharedFiles.mail(name);
        ProviderTrust withKey =
                ProviderTrust.builder().defaultAnchors().includeDigitPa().build();
        ProviderTrust withCertificate = ProviderTrust.builder()
                .anchorsPem(SharedFiles.path("trust/digitpa-ca1-2011.pem"))
                .build();

        assertThat(check(ProviderTrust.defaults(), mail).verdict()).isEqualTo(Verdict.UNTRUSTED);
        assertThat(check(ProviderTrust.defaults(), mail).reason())
                .contains("the signer's certificate does not lead to a trusted anchor");
        assertThat(check(withKey, mail).verdict()).isEqualTo(Verdict.TRUSTED);
        assertThat(check(withCertificate, mail).verdict()).isEqualTo(Verdict.TRUSTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {DELIVERY_2018, "aruba_2021_accettazione_2dest.eml"})
    void trustsArubaUnderAnyIssueOfItsAuthority(String name) {
        for (String issue : new String[] {"trust/agid-ca1-2018.pem", "trust/agid-ca1-2021.pem"}) {
            ProviderTrust trust =
                    ProviderTrust.builder().anchorsPem(SharedFiles.path(issue)).build();

            assertThat(check(trust, SharedFiles.mail(name)).verdict()).as(issue).isEqualTo(Verdict.TRUSTED);
        }
    }

    @Test
    void trustsArubaByTheFingerprintOfItsAuthority() {
        ProviderTrust trust = ProviderTrust.builder()
                .anchorKey("39E3C6C6F13C9620775172694D20F81EDAD55A8613934CDAA7C3793A6D26B86B")
                .build();

        assertThat(check(trust, SharedFiles.mail(DELIVERY_2018)).reason()).isEmpty();
    }

    @Test
    void doesNotTrustArubaUnderTheOldAuthorityAlone() {
        ProviderTrust trust = ProviderTrust.builder().includeDigitPa().build();

        assertThat(check(trust, SharedFiles.mail(DELIVERY_2018)).verdict()).isEqualTo(Verdict.UNTRUSTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopec_email_2.eml", "sogei_2018_busta_sdi_ricevuta-di-consegna.eml"})
    void findsWhatItsPublisherEditedInvalid(String name) {
        assertThat(check(ProviderTrust.defaults(), SharedFiles.mail(name)).verdict())
                .isEqualTo(Verdict.INVALID);
    }

    @Test
    void findsASwappedContentInvalid() {
        SignedMail delivery = SharedFiles.mail(DELIVERY_2018);
        SignedMail acceptance = SharedFiles.mail("aruba_2021_accettazione_2dest.eml");

        SignatureCheck check = check(ProviderTrust.defaults(), delivery.content(acceptance.content()));

        assertThat(check.verdict()).isEqualTo(Verdict.INVALID);
        assertThat(check.reason()).contains("the signed bytes were changed after signing");
    }

    @Test
    void findsEveryFlippedBitOfTheContentInvalid() {
        SignedMail mail = SharedFiles.mail("aruba_2021_accettazione_2dest.eml");
        ProviderTrust trust = ProviderTrust.defaults();
        byte[] content = mail.content();
        for (int i = 0; i < content.length; i += 7) {
            byte[] changed = content.clone();
            changed[i] ^= 0x20;

            assertThat(check(trust, mail.content(changed)).verdict())
                    .as("byte %d", i)
                    .isEqualTo(Verdict.INVALID);
        }
    }

    @Test
    void verifiesContentStoredWithBareLineFeeds() {
        SignedMail mail = SharedFiles.mail("aruba_2021_accettazione_2dest.eml");
        byte[] bare = new String(mail.content(), StandardCharsets.ISO_8859_1)
                .replace("\r\n", "\n")
                .getBytes(StandardCharsets.ISO_8859_1);

        assertThat(check(ProviderTrust.defaults(), mail.content(bare)).verdict())
                .isEqualTo(Verdict.TRUSTED);
    }

    @Test
    void doesNotTrustArubaInTheNameOfAnotherProvider() {
        SignedMail mail = SharedFiles.mail(DELIVERY_2018).from("posta-certificata@legalmail.it");

        SignatureCheck check = check(ProviderTrust.defaults(), mail);

        assertThat(check.verdict()).isEqualTo(Verdict.UNTRUSTED);
        assertThat(check.reason()).contains("the signer's address is not that of the From");
    }

    private static SignatureCheck check(ProviderTrust trust, SignedMail mail) {
        return trust.verifier().verify(mail);
    }
}
