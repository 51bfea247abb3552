package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.message.InvalidValueException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Which mail servers a tenant may name: those that everybody can reach. Otherwise it could have this program knock at the doors of the
 * network that it runs in. Names are looked up when an account is saved. Thread-safe.
 */
final class PublicHosts {
    /** What is not the Internet at large (IANA's special-purpose registries), beside what {@link InetAddress} knows itself. */
    private static final List<Network> SPECIAL = List.of(
            network("0.0.0.0", 8),
            network("100.64.0.0", 10),
            network("192.0.0.0", 24),
            network("192.0.2.0", 24),
            network("198.18.0.0", 15),
            network("198.51.100.0", 24),
            network("203.0.113.0", 24),
            network("240.0.0.0", 4),
            network("::", 96),
            network("64:ff9b::", 32),
            network("100::", 64),
            network("2001::", 23),
            network("2001:db8::", 32),
            network("2002::", 16),
            network("fc00::", 7));

    private final Resolver resolver;

    /** Looks names up. */
    interface Resolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private record Network(byte[] address, int bits) {
        boolean contains(InetAddress candidate) {
            byte[] other = candidate.getAddress();
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                int mask = 0x80 >> (bit % Byte.SIZE);
                if ((address[bit / Byte.SIZE] & mask) != (other[bit / Byte.SIZE] & mask)) {
                    return false;
                }
            }
            return true;
        }
    }

    PublicHosts(Resolver resolver) {
        this.resolver = resolver;
    }

    /**
     * Lets pass the name of a public server.
     *
     * @throws InvalidValueException for any other; it does not tell why, since that would tell of the network here
     */
    void require(String field, String host) {
        try {
            InetAddress[] addresses = resolver.resolve(host);
            boolean everywhere = addresses.length > 0;
            for (InetAddress address : addresses) {
                everywhere &= isPublic(address);
            }
            if (everywhere) {
                return;
            }
        } catch (UnknownHostException unknown) {
            throw refused(field);
        }
        throw refused(field);
    }

    private static InvalidValueException refused(String field) {
        return new InvalidValueException(
                field, "is not the name of a public server; another one only the administrator may set up");
    }

    private static boolean isPublic(InetAddress address) {
        return !address.isAnyLocalAddress()
                && !address.isLoopbackAddress()
                && !address.isLinkLocalAddress()
                && !address.isSiteLocalAddress()
                && !address.isMulticastAddress()
                && SPECIAL.stream().noneMatch(network -> network.contains(address));
    }

    private static Network network(String address, int bits) {
        try {
            return new Network(InetAddress.getByName(address).getAddress(), bits);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address in figures is not looked up", impossible);
        }
    }
}
