package io.github.pecmailproxy.pec.trust;

import java.time.Instant;
import java.util.List;

/** The authorities that certify PEC providers: their public keys and what is known about them (facts 1.6). */
final class KnownAnchors {
    /**
     * The domains that the certificates of "AgID CA1" issued between 2018 and 2026 permit, taken together: the providers'
     * official list. A provider that joins later is recognised by the certificate its receipts carry.
     */
    static final List<String> PROVIDER_DOMAINS = List.of(
            "agid.gov.it",
            "cert.informatica.aci.it",
            "cert.interno.it",
            "cert.intesa.it",
            "certmail.irideos.it",
            "certmail.kpnqwest.it",
            "emarche.it",
            "fastweb-pec.it",
            "gestorepec.unina.it",
            "ig-trustmail.com",
            "kmailer.it",
            "legalmail.it",
            "miapec.it",
            "pcert.sogei.it",
            "pec-email.com",
            "pec.actalis.it",
            "pec.ancitel.it",
            "pec.aruba.it",
            "pec.basilicatanet.it",
            "pec.bill4me.it",
            "pec.notartel.it",
            "pec.numera.it",
            "pec.postecert.it",
            "pec.posteitaliane.it",
            "pec.reevo.eu",
            "pec.rupar.puglia.it",
            "postacert.cedacri.it",
            "postacert.it.net",
            "postacertificata.notariato.it",
            "postecert.it",
            "postecertifica.it",
            "pro.sicurezzapostale.it",
            "pupec.informatica.aci.it",
            "sicurezzapostale.it",
            "telecompost.it",
            "trustedmail.intesa.it",
            "twtcert.it",
            "zucchettipec.it");

    private static final String AGID_CA1 = """
            MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1TafReuLzB6kjYBqvMlUbkT3+RCleG4t
            tfexCA3RGNN+G88H1/BdGt+9qvm6mxYa/A+5QHZncDaOx4NrWFu8d55+SR+MpP9SRSJ2pkQqmtvX
            vq3/Mmg1UjuWBEKOPP3QHJWNQcgW7BBQc5Uxt8fJ4FalNCvNizGeh9EpF6ndkRIuWEpqWfj/z+tI
            gLGcPwql5NDjVCfxVimPRFXQ1TT6T1WBH0L8rjNfXPgCicx6ZxE//wHVcXKOTYtqpRce3wsHDpZv
            45g76f2tcpPykPKv3/N36RInHEjaC+ijJ7te3fEkao4OSlmu7dDcZvlzxPZRnaacpnA5yI3in/m1
            w5oLVwIDAQAB
            """;

    /**
     * "Actalis Authentication Root CA" signs the certificates of "AgID CA1". Not an anchor: it vouches for the world. Its key
     * only tells a genuine re-issue, with its list of permitted providers, from one that a mail made up.
     */
    private static final String ACTALIS_ROOT = """
            MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAp8bEpSmkLO/lGMWwUKNvUTufClrJwkg4
            CsIcoBh/kbWHuUA/3R1oHwiD1S0eiKD4j1aPbZkCkpAW1V8IbInX4ay8IMKx4INRimlNAJZaby/A
            RH6jDuSRzVju3PvHHkVH3Se5CAGfpiEd9UEtL0z9KK3giq0itFZljoZUj5NDKd45RnijMCO6zfB9
            E1fAXdKDa0hMxKufgFpbOr3JpyI/gCczWw63igxdBzcIy2zSekciRDXFzMwujt0q7bd9Zg1fYVEi
            VRvjRuPjPdA1YprbrxTIW6HMiRvhMCb8oJsfgadHHwTrozmSBp+Z07/T6k9QnBn+locePGX2oxgk
            g4YQ51Q+qDp2JE+BIcXjDwL4k5RHILv+1A7TaLndxHqEguNTVHnd25zS8gebLra8Pu2Fbe8lEfKX
            GkJh90qX6IuxEAf6ZYGyojnP9zz/GPvG8VqLWeICrHuS0E4UT1lF9gxeKF+w6D9Fz8+vm2/7hNN3
            WpVvrJSEnu68wEqPSpP4RCHiMUVhUE4Q2OM1fEwZtN4Fv6MGn8i1zeQf1xcGDXqVdFUNaBr8EBti
            ZJ1t4JWgw5QHVw0U5r0F+7if5t+L4sbnfpb2U8WANFAoWPASUHEXMLrmeGO89LKtmyuy/uE5jF66
            CyCU3nuDuP/jVo23Eek7jPKxwV2dpAtMK9myGPW1n0sCAwEAAQ==
            """;

    private static final String DIGITPA_CA1 = """
            MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAmZ+kKEojVEdy4H3zq6/nnw+KNtCgsjWv
            fqDPyvhYgWpdUC1t5d0dXfKjei/hV1WSBxX32vr3bpwOb9+0M1NLfrQItMPnVYrCfZbPOjrYIkvS
            mdCZi15Ui0ZNLSw/fuYyj0eV4keJl0TdhUm9WYg28Q3xg6fLxsp7Ud7Ey5KV8JO9CfxrqwIaWfqJ
            LNsA7fu93VIIuVSWFg3oYPQZ6z3BxI3giHRDOOffggfnSXt+tlTWJeQRJdwu1wgHiKSNXFUdkrju
            uqK2B2nc7tGznWzegB8QA2iLgdMB2NailEReKyu+Z8dGvCbdTkUObC1Vqb7Y+OwvsUvOlv23UlY/
            TxwVdwIDAQAB
            """;

    /** Signs the providers' certificates since 2017, re-issued several times with the same key and path length 0. */
    static final TrustAnchor AGID = new TrustAnchor.Known(AGID_CA1, TimeWindow.ALWAYS, PROVIDER_DOMAINS, ACTALIS_ROOT);

    /** Signed them before; its certificate says when it began and ended, and nothing about names. */
    static final TrustAnchor DIGITPA = new TrustAnchor.Known(
            DIGITPA_CA1,
            new TimeWindow(Instant.parse("2011-01-14T16:29:56Z"), Instant.parse("2018-01-14T16:28:50Z")),
            List.of(),
            "");

    private KnownAnchors() {}
}
