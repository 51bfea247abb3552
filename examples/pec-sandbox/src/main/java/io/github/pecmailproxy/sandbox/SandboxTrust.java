package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * The keys and certificates of one sandbox: an authority for TLS, one for receipts, and a stranger that issues forgeries.
 * Thread-safe.
 *
 * <p>Only the key that signs receipts is RSA, as on the wire; the rest is elliptic, so that a sandbox starts at once. All
 * providers of a sandbox share that one key under different certificates.
 */
final class SandboxTrust {
    /** The domain of a provider that exists for forgeries only; its certificate is within the name constraints. */
    static final String OTHER_DOMAIN = "altro-gestore.example";

    private final CertificateWorkshop workshop;
    private final CertificateWorkshop.Identity tlsAuthority;
    private final SSLContext serverContext;
    private final SSLContext clientContext;
    private final CertificateWorkshop.Identity receiptRoot;
    private final CertificateWorkshop.Identity receiptAuthority;
    private final KeyPair providerKeys;
    private final ConcurrentHashMap<String, ReceiptSigner> signers = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, ReceiptSigner> strangers = new ConcurrentHashMap<>();

    SandboxTrust(CertificateWorkshop workshop, SandboxKeys keys, List<String> tlsHostNames) {
        this.workshop = workshop;
        this.tlsAuthority = keys.tlsAuthority();
        CertificateWorkshop.Identity server = workshop.server(tlsAuthority, workshop.ecKey(), tlsHostNames);
        this.serverContext = serverContext(server);
        this.clientContext = clientContext(tlsAuthority.certificate());
        this.receiptRoot = keys.receiptRoot();
        this.receiptAuthority = keys.receiptAuthority();
        this.providerKeys = keys.providerKeys();
    }

    ReceiptSigner signer(String providerName, String address) {
        return signers.computeIfAbsent(
                providerName + '\n' + address,
                key -> new ReceiptSigner(workshop.provider(receiptAuthority, providerKeys, providerName, address)));
    }

    /** A signer with the same names under an authority nobody trusts. */
    ReceiptSigner stranger(String providerName, String address) {
        return strangers.computeIfAbsent(providerName + '\n' + address, key -> {
            CertificateWorkshop.Identity root = workshop.root(workshop.rsaKey(), "Stranger", "Stranger CA");
            return new ReceiptSigner(workshop.provider(root, workshop.rsaKey(), providerName, address));
        });
    }

    X509Certificate tlsCertificate() {
        return tlsAuthority.certificate();
    }

    X509Certificate receiptRootCertificate() {
        return receiptRoot.certificate();
    }

    X509Certificate receiptCertificate() {
        return receiptAuthority.certificate();
    }

    SSLContext serverContext() {
        return serverContext;
    }

    SSLContext clientContext() {
        return clientContext;
    }

    private static SSLContext serverContext(CertificateWorkshop.Identity server) {
        return contextOf("server", () -> {
            char[] password = "sandbox".toCharArray();
            KeyStore store = emptyStore();
            Certificate[] chain = {server.certificate(), server.issuers().get(0)};
            store.setKeyEntry("server", server.key(), password, chain);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        });
    }

    private static SSLContext clientContext(X509Certificate authority) {
        return contextOf("client", () -> {
            KeyStore store = emptyStore();
            store.setCertificateEntry("ca", authority);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        });
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static SSLContext contextOf(String side, ContextMaker maker) {
        try {
            return maker.make();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("cannot set up TLS for the " + side + " side", e);
        }
    }

    /** Makes a context, with the exceptions the key store API has. */
    private interface ContextMaker {
        SSLContext make() throws GeneralSecurityException, IOException;
    }
}
