package io.github.pecmailproxy.pec.trust;

import io.github.pecmailproxy.pec.trust.CmsStructure.SignedAttributes;
import java.io.IOException;
import java.text.ParseException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.jspecify.annotations.Nullable;

/**
 * Reads CMS SignedData out of hostile bytes. Stateless and thread-safe.
 *
 * <p>Reads lazily, so that the certificates, by far the largest part, stay bytes until somebody needs them.
 */
final class CmsReader {
    /** A p7s with its chain is under 10 kB; this leaves room for CRLs and time stamps. */
    private static final int MAXIMUM_DETACHED_BYTES = 512 * 1024;

    private static final int MAXIMUM_CERTIFICATES = 16;
    private static final int MAXIMUM_SIGNERS = 4;
    private static final int MAXIMUM_ATTRIBUTES = 64;
    private static final int MAXIMUM_SIGNATURE_BYTES = 1024;
    private static final int MAXIMUM_IDENTIFIER_LENGTH = 64;

    private static final ASN1ObjectIdentifier DATA = new ASN1ObjectIdentifier("1.2.840.113549.1.7.1");
    private static final ASN1ObjectIdentifier SIGNED_DATA = new ASN1ObjectIdentifier("1.2.840.113549.1.7.2");
    private static final ASN1ObjectIdentifier CONTENT_TYPE = new ASN1ObjectIdentifier("1.2.840.113549.1.9.3");
    private static final ASN1ObjectIdentifier MESSAGE_DIGEST = new ASN1ObjectIdentifier("1.2.840.113549.1.9.4");
    private static final ASN1ObjectIdentifier SIGNING_TIME = new ASN1ObjectIdentifier("1.2.840.113549.1.9.5");

    private final int maximumOpaqueBytes;

    CmsReader(int maximumOpaqueBytes) {
        this.maximumOpaqueBytes = maximumOpaqueBytes;
    }

    /**
     * Reads a structure.
     *
     * @param bytes DER or BER; what follows the structure is ignored
     * @param detached whether the content must lie outside; when false it must lie inside
     * @throws MalformedCmsException if it is not SignedData, breaks a rule, or exceeds a limit
     */
    CmsStructure read(byte[] bytes, boolean detached) throws MalformedCmsException {
        int limit = detached ? MAXIMUM_DETACHED_BYTES : maximumOpaqueBytes;
        if (bytes.length > limit) {
            throw new MalformedCmsException("the signature is larger than " + limit + " bytes");
        }
        try {
            return structure(bytes, detached);
        } catch (IOException | ParseException | RuntimeException | StackOverflowError unreadable) {
            // Bouncy Castle answers hostile bytes with exceptions of many kinds; releases before its depth limit
            // overflowed.
            throw new MalformedCmsException("the signature is not a readable CMS structure");
        }
    }

    private static CmsStructure structure(byte[] bytes, boolean detached)
            throws IOException, ParseException, MalformedCmsException {
        ASN1Sequence contentInfo;
        try (ASN1InputStream input = new ASN1InputStream(bytes, true)) {
            contentInfo = ASN1Sequence.getInstance(input.readObject());
        }
        if (contentInfo == null || !SIGNED_DATA.equals(contentInfo.getObjectAt(0))) {
            throw new MalformedCmsException("the signature is not CMS signed data");
        }
        ASN1Sequence signedData = ASN1Sequence.getInstance(tagged(contentInfo.getObjectAt(1), 0), true);
        Cursor cursor = new Cursor(signedData);
        ASN1Integer.getInstance(cursor.next());
        ASN1Set.getInstance(cursor.next());
        ASN1OctetString content = content(ASN1Sequence.getInstance(cursor.next()), detached);
        List<byte[]> certificates = List.of();
        ASN1TaggedObject certificateSet = cursor.nextTagged(0);
        if (certificateSet != null) {
            certificates = certificates(ASN1Set.getInstance(certificateSet, false));
        }
        cursor.nextTagged(1); // Revocation lists: the RevocationCheck's business.
        ASN1Set signerInfos = ASN1Set.getInstance(cursor.next());
        if (signerInfos.size() == 0) {
            throw new MalformedCmsException("the CMS structure has no signer");
        }
        if (signerInfos.size() > MAXIMUM_SIGNERS) {
            throw new MalformedCmsException("the CMS structure has more than " + MAXIMUM_SIGNERS + " signers");
        }
        List<CmsStructure.Signer> signers = new ArrayList<>(signerInfos.size());
        for (ASN1Encodable signerInfo : signerInfos) {
            signers.add(signer(ASN1Sequence.getInstance(signerInfo)));
        }
        return new CmsStructure(content, certificates, signers);
    }

    private static @Nullable ASN1OctetString content(ASN1Sequence encapsulated, boolean detached)
            throws MalformedCmsException {
        if (!DATA.equals(encapsulated.getObjectAt(0))) {
            // RFC 8551 section 2.4.2; other types would let a signature made for something else pass as a mail's.
            throw new MalformedCmsException("the signature is not over MIME content");
        }
        ASN1OctetString content = encapsulated.size() < 2
                ? null
                : ASN1OctetString.getInstance(tagged(encapsulated.getObjectAt(1), 0), true);
        if (detached && content != null) {
            throw new MalformedCmsException("the detached signature carries content of its own");
        }
        if (!detached && content == null) {
            throw new MalformedCmsException("the opaque signature carries no content");
        }
        return content;
    }

    private static List<byte[]> certificates(ASN1Set set) throws IOException, MalformedCmsException {
        if (set.size() > MAXIMUM_CERTIFICATES) {
            throw new MalformedCmsException(
                    "the signature carries more than " + MAXIMUM_CERTIFICATES + " certificates");
        }
        List<byte[]> certificates = new ArrayList<>(set.size());
        for (ASN1Encodable element : set) {
            // Attribute certificates and other formats are tagged; nothing in PEC uses them.
            if (element instanceof ASN1Sequence certificate) {
                certificates.add(certificate.getEncoded());
            }
        }
        return certificates;
    }

    private static CmsStructure.Signer signer(ASN1Sequence signerInfo)
            throws IOException, ParseException, MalformedCmsException {
        Cursor cursor = new Cursor(signerInfo);
        ASN1Integer.getInstance(cursor.next());
        SignerIdentifier identifier = identifier(cursor.next());
        AlgorithmIdentifier digest = AlgorithmIdentifier.getInstance(cursor.next());
        ASN1TaggedObject attributes = cursor.nextTagged(0);
        SignedAttributes read = attributes == null ? null : attributes(ASN1Set.getInstance(attributes, false));
        AlgorithmIdentifier signatureAlgorithm = AlgorithmIdentifier.getInstance(cursor.next());
        ASN1OctetString signature = ASN1OctetString.getInstance(cursor.next());
        if (signature.getOctetsLength() > MAXIMUM_SIGNATURE_BYTES) {
            throw new MalformedCmsException("the signature value is too long");
        }
        Optional<DigestAlgorithm> known = DigestAlgorithm.byIdentifier(digest.getAlgorithm());
        return new CmsStructure.Signer(identifier, known, name(digest, known), read, signatureAlgorithm, signature);
    }

    private static Optional<String> name(AlgorithmIdentifier digest, Optional<DigestAlgorithm> known) {
        return known.map(DigestAlgorithm::jcaName)
                .or(() -> Optional.of(digest.getAlgorithm().getId())
                        .filter(identifier -> identifier.length() <= MAXIMUM_IDENTIFIER_LENGTH));
    }

    private static SignerIdentifier identifier(ASN1Encodable element) throws IOException, MalformedCmsException {
        ASN1OctetString encoding = new DEROctetString(element.toASN1Primitive().getEncoded(ASN1Encoding.DL));
        if (element instanceof ASN1TaggedObject) {
            return new SignerIdentifier.SubjectKeyIdentifier(
                    encoding, ASN1OctetString.getInstance(tagged(element, 0), false));
        }
        ASN1Sequence issuerAndSerial = ASN1Sequence.getInstance(element);
        return new SignerIdentifier.IssuerAndSerialNumber(
                encoding,
                X500Name.getInstance(issuerAndSerial.getObjectAt(0)),
                ASN1Integer.getInstance(issuerAndSerial.getObjectAt(1)).getValue());
    }

    private static SignedAttributes attributes(ASN1Set set) throws IOException, ParseException, MalformedCmsException {
        if (set.size() > MAXIMUM_ATTRIBUTES) {
            throw new MalformedCmsException("the signature has more than " + MAXIMUM_ATTRIBUTES + " signed attributes");
        }
        ASN1Primitive contentType = null;
        ASN1Primitive messageDigest = null;
        ASN1Primitive signingTime = null;
        for (ASN1Encodable element : set) {
            ASN1Sequence attribute = ASN1Sequence.getInstance(element);
            ASN1Encodable type = attribute.getObjectAt(0);
            if (CONTENT_TYPE.equals(type)) {
                contentType = single(contentType, attribute);
            } else if (MESSAGE_DIGEST.equals(type)) {
                messageDigest = single(messageDigest, attribute);
            } else if (SIGNING_TIME.equals(type)) {
                signingTime = single(signingTime, attribute);
            }
        }
        if (!DATA.equals(contentType)) {
            throw new MalformedCmsException("the signed content type is missing or is not that of MIME content");
        }
        if (messageDigest == null) {
            throw new MalformedCmsException("the signed attributes lack the digest of the content");
        }
        List<byte[]> encodings = new ArrayList<>(2);
        encodings.add(set.getEncoded(ASN1Encoding.DER));
        byte[] asWritten = set.getEncoded(ASN1Encoding.DL);
        if (!Arrays.equals(encodings.get(0), asWritten)) {
            encodings.add(asWritten);
        }
        return new SignedAttributes(
                encodings,
                ASN1OctetString.getInstance(messageDigest),
                signingTime == null ? Optional.empty() : Optional.of(time(signingTime)));
    }

    /** RFC 5652 sections 11.1 to 11.3: these attributes occur once, with one value. */
    private static ASN1Primitive single(@Nullable ASN1Primitive earlier, ASN1Sequence attribute)
            throws MalformedCmsException {
        ASN1Set values = ASN1Set.getInstance(attribute.getObjectAt(1));
        if (earlier != null || values.size() != 1) {
            throw new MalformedCmsException("a signed attribute that must be single has several values");
        }
        return values.getObjectAt(0).toASN1Primitive();
    }

    private static Instant time(ASN1Primitive value) throws ParseException, MalformedCmsException {
        if (value instanceof ASN1UTCTime utcTime) {
            return utcTime.getAdjustedDate().toInstant();
        }
        if (value instanceof ASN1GeneralizedTime generalizedTime) {
            return generalizedTime.getDate().toInstant();
        }
        throw new MalformedCmsException("the signing time cannot be read");
    }

    private static ASN1TaggedObject tagged(ASN1Encodable element, int tag) throws MalformedCmsException {
        ASN1TaggedObject tagged = ASN1TaggedObject.getInstance(element);
        if (!tagged.hasContextTag(tag)) {
            throw new MalformedCmsException("the signature is not a readable CMS structure");
        }
        return tagged;
    }

    /** Walks a sequence with optional tagged elements. */
    private static final class Cursor {
        private final ASN1Sequence sequence;
        private int position;

        Cursor(ASN1Sequence sequence) {
            this.sequence = sequence;
        }

        ASN1Encodable next() {
            return sequence.getObjectAt(position++);
        }

        @Nullable
        ASN1TaggedObject nextTagged(int tag) {
            if (position < sequence.size()
                    && sequence.getObjectAt(position) instanceof ASN1TaggedObject tagged
                    && tagged.hasContextTag(tag)) {
                position++;
                return tagged;
            }
            return null;
        }
    }
}
