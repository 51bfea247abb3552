package io.github.pecmailproxy.pec.trust;

import java.math.BigInteger;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/**
 * The names an authority may issue certificates for (RFC 5280 section 4.2.1.10). Immutable and thread-safe.
 *
 * <p>Stricter than the RFC in what it does not understand: a name of a constrained type that is malformed, or of a type whose
 * comparison is not implemented, is outside.
 */
final class NameConstraintSet {
    static final NameConstraintSet NONE = new NameConstraintSet(List.of(), List.of());

    /** The AgID certificates have about 80; this bounds what a hostile one can cost. */
    private static final int MAXIMUM_SUBTREES = 1024;

    private final List<GeneralName> permitted;
    private final List<GeneralName> excluded;

    private NameConstraintSet(List<GeneralName> permitted, List<GeneralName> excluded) {
        this.permitted = List.copyOf(permitted);
        this.excluded = List.copyOf(excluded);
    }

    /**
     * Reads the extension's value.
     *
     * @throws IllegalArgumentException if it is malformed, too long, or uses distances, which RFC 5280 forbids
     */
    static NameConstraintSet read(ASN1Primitive value) {
        NameConstraints constraints = NameConstraints.getInstance(value);
        return new NameConstraintSet(
                bases(constraints.getPermittedSubtrees()), bases(constraints.getExcludedSubtrees()));
    }

    /** Permits mailboxes in some domains, and no Internet address at all, as every certificate of "AgID CA1" does. */
    static NameConstraintSet ofMailDomains(Iterable<String> domains) {
        List<GeneralName> permitted = new ArrayList<>();
        for (String domain : domains) {
            permitted.add(new GeneralName(GeneralName.rfc822Name, domain));
        }
        // A network of length 0 in IPv4 and in IPv6: address and mask, all zero.
        List<GeneralName> excluded = List.of(
                new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[8])),
                new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[32])));
        return new NameConstraintSet(permitted, excluded);
    }

    private static List<GeneralName> bases(GeneralSubtree @Nullable [] subtrees) {
        if (subtrees == null) {
            return List.of();
        }
        if (subtrees.length > MAXIMUM_SUBTREES) {
            throw new IllegalArgumentException("more than " + MAXIMUM_SUBTREES + " name constraints");
        }
        List<GeneralName> bases = new ArrayList<>(subtrees.length);
        for (GeneralSubtree subtree : subtrees) {
            if (subtree.getMaximum() != null
                    || (subtree.getMinimum() != null && !subtree.getMinimum().equals(BigInteger.ZERO))) {
                throw new IllegalArgumentException("a name constraint has a distance");
            }
            bases.add(subtree.getBase());
        }
        return bases;
    }

    /** Tells whether all names of a certificate are allowed. */
    boolean allows(ParsedCertificate certificate) {
        for (GeneralName name : certificate.names()) {
            if (!allows(name)) {
                return false;
            }
        }
        return true;
    }

    private boolean allows(GeneralName name) {
        boolean constrained = false;
        boolean inside = false;
        for (GeneralName base : permitted) {
            if (base.getTagNo() == name.getTagNo()) {
                constrained = true;
                inside |= within(name, base).orElse(false);
            }
        }
        if (constrained && !inside) {
            return false;
        }
        for (GeneralName base : excluded) {
            if (base.getTagNo() == name.getTagNo() && within(name, base).orElse(true)) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether a name lies in a subtree of the same type; empty when that cannot be told. */
    private static Optional<Boolean> within(GeneralName name, GeneralName base) {
        return switch (name.getTagNo()) {
            case GeneralName.rfc822Name -> mailWithin(text(name.getName()), text(base.getName()));
            case GeneralName.dNSName -> dnsWithin(text(name.getName()), text(base.getName()));
            case GeneralName.uniformResourceIdentifier -> uriWithin(text(name.getName()), text(base.getName()));
            case GeneralName.directoryName ->
                Optional.of(
                        directoryWithin(X500Name.getInstance(name.getName()), X500Name.getInstance(base.getName())));
            case GeneralName.iPAddress -> addressWithin(octets(name.getName()), octets(base.getName()));
            default -> Optional.empty();
        };
    }

    private static String text(ASN1Encodable value) {
        return ASN1IA5String.getInstance(value).getString().toLowerCase(Locale.ROOT);
    }

    private static byte[] octets(ASN1Encodable value) {
        return ASN1OctetString.getInstance(value).getOctets();
    }

    private static Optional<Boolean> mailWithin(String address, String base) {
        return Mailbox.parse(address)
                .map(mailbox ->
                        base.indexOf('@') >= 0 ? mailbox.toString().equals(base) : hostWithin(mailbox.domain(), base));
    }

    /** Host names in mail and URI constraints: exactly the host, or with a leading period everything below it. */
    private static boolean hostWithin(String host, String base) {
        return base.isEmpty() || (base.startsWith(".") ? host.endsWith(base) : host.equals(base));
    }

    private static Optional<Boolean> dnsWithin(String host, String base) {
        if (host.isEmpty() || host.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        return Optional.of(
                base.isEmpty() || host.equals(base) || host.endsWith(base.startsWith(".") ? base : '.' + base));
    }

    private static Optional<Boolean> uriWithin(String uri, String base) {
        try {
            return Optional.ofNullable(new URI(uri).getHost()).map(host -> hostWithin(host, base));
        } catch (URISyntaxException malformed) {
            return Optional.empty();
        }
    }

    /** The base must be the beginning of the name, relative name by relative name. */
    private static boolean directoryWithin(X500Name name, X500Name base) {
        RDN[] nameParts = name.getRDNs();
        RDN[] baseParts = base.getRDNs();
        if (baseParts.length > nameParts.length) {
            return false;
        }
        for (int i = 0; i < baseParts.length; i++) {
            if (!IETFUtils.rDNAreEqual(baseParts[i], nameParts[i])) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Boolean> addressWithin(byte[] address, byte[] base) {
        if ((address.length != 4 && address.length != 16) || (base.length != 8 && base.length != 32)) {
            return Optional.empty();
        }
        if (base.length != 2 * address.length) {
            return Optional.of(false); // One is IPv4, the other IPv6.
        }
        for (int i = 0; i < address.length; i++) {
            byte mask = base[address.length + i];
            if ((address[i] & mask) != (base[i] & mask)) {
                return Optional.of(false);
            }
        }
        return Optional.of(true);
    }
}
