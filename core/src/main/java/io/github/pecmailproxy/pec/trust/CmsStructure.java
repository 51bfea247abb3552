package io.github.pecmailproxy.pec.trust;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * A CMS SignedData (RFC 5652 section 5.1), read but not judged.
 *
 * @param content the content inside, null when it is detached
 * @param certificates the X.509 certificates it carries, each as its encoding
 * @param signers its SignerInfos, at least one
 */
record CmsStructure(@Nullable ASN1OctetString content, List<byte[]> certificates, List<Signer> signers) {
    /**
     * One SignerInfo.
     *
     * @param identifier who signed
     * @param digest the digest over the content, empty when it is unknown or too weak
     * @param digestName its name, or its object identifier when it is unknown
     * @param attributes the signed attributes, null when the signature is over the content itself
     * @param signatureAlgorithm how it was signed
     * @param signature the signature
     */
    record Signer(
            SignerIdentifier identifier,
            Optional<DigestAlgorithm> digest,
            Optional<String> digestName,
            @Nullable SignedAttributes attributes,
            AlgorithmIdentifier signatureAlgorithm,
            ASN1OctetString signature) {}

    /**
     * The signed attributes (RFC 5652 section 11) a verifier needs.
     *
     * @param encodings what may have been signed: the DER encoding, then, where it differs, the order on the wire
     * @param messageDigest the digest of the content
     * @param signingTime when the signer says it signed
     */
    record SignedAttributes(List<byte[]> encodings, ASN1OctetString messageDigest, Optional<Instant> signingTime) {}
}
