package io.github.pecmailproxy.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The keys and authorities that clients come to rely on; a sandbox with a state directory has the same in every life.
 * Immutable.
 *
 * @param tlsAuthority issues the servers' certificates
 * @param receiptRoot the root above the receipt authority
 * @param receiptAuthority issues the providers' certificates
 * @param providerKeys sign receipts
 */
record SandboxKeys(
        CertificateWorkshop.Identity tlsAuthority,
        CertificateWorkshop.Identity receiptRoot,
        CertificateWorkshop.Identity receiptAuthority,
        KeyPair providerKeys) {
    /** A key store wants one; these keys protect nothing but tests. */
    private static final char[] PASSWORD = "sandbox".toCharArray();

    /**
     * Makes new ones.
     *
     * @param permittedDomains the mail domains the receipt authority is bound to; empty for none
     */
    static SandboxKeys make(CertificateWorkshop workshop, List<String> permittedDomains) {
        CompletableFuture<KeyPair> providerKeys = CompletableFuture.supplyAsync(workshop::rsaKey);
        CertificateWorkshop.Identity root = workshop.root(workshop.ecKey(), "PEC sandbox", "PEC sandbox root CA");
        return new SandboxKeys(
                workshop.root(workshop.ecKey(), "PEC sandbox", "PEC sandbox TLS CA"),
                root,
                workshop.intermediate(
                        root, workshop.ecKey(), "PEC sandbox", "PEC sandbox receipt CA", permittedDomains),
                joined(providerKeys));
    }

    /** Reads them from a file, or makes and writes them when there is no such file yet. */
    static SandboxKeys keptIn(Path file, CertificateWorkshop workshop, List<String> permittedDomains)
            throws IOException {
        try {
            if (Files.exists(file)) {
                return read(file);
            }
            SandboxKeys keys = make(workshop, permittedDomains);
            keys.write(file, workshop);
            return keys;
        } catch (GeneralSecurityException | ClassCastException e) {
            throw new IOException("cannot use the keys in " + file + ": " + e.getMessage(), e);
        }
    }

    private static SandboxKeys read(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        CertificateWorkshop.Identity provider = identity(store, "provider");
        return new SandboxKeys(
                identity(store, "tls-authority"),
                identity(store, "receipt-root"),
                identity(store, "receipt-authority"),
                new KeyPair(provider.publicKey(), provider.key()));
    }

    private void write(Path file, CertificateWorkshop workshop) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        put(store, "tls-authority", tlsAuthority);
        put(store, "receipt-root", receiptRoot);
        put(store, "receipt-authority", receiptAuthority);
        // a key store keeps a key with a certificate only; this one is used for nothing else
        put(store, "provider", workshop.root(providerKeys, "PEC sandbox", "PEC sandbox provider key"));
        Path whole = file.resolveSibling(file.getFileName() + ".new");
        try (OutputStream out = Files.newOutputStream(whole)) {
            store.store(out, PASSWORD);
        }
        // a process that dies here leaves all keys or none
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void put(KeyStore store, String name, CertificateWorkshop.Identity identity)
            throws GeneralSecurityException {
        List<Certificate> chain = new ArrayList<>();
        chain.add(identity.certificate());
        chain.addAll(identity.issuers());
        store.setKeyEntry(name, identity.key(), PASSWORD, chain.toArray(Certificate[]::new));
    }

    private static CertificateWorkshop.Identity identity(KeyStore store, String name)
            throws GeneralSecurityException, IOException {
        Key key = store.getKey(name, PASSWORD);
        if (key == null) {
            throw new IOException("the key store has no key named " + name);
        }
        List<X509Certificate> chain = Arrays.stream(store.getCertificateChain(name))
                .map(X509Certificate.class::cast)
                .toList();
        X509Certificate certificate = chain.get(0);
        return new CertificateWorkshop.Identity(
                (PrivateKey) key, certificate, certificate.getPublicKey(), List.copyOf(chain.subList(1, chain.size())));
    }

    private static <T> T joined(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw new IllegalStateException("cannot make the sandbox's keys", e.getCause());
        }
    }
}
