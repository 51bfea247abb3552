package io.github.pecmailproxy.internal.smtp;

import io.github.pecmailproxy.account.TlsTrust;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Makes TLS sockets that trust what an account trusts. Thread-safe. */
final class TlsFactories {
    /** More accounts than these with authorities of their own are served as well, without TLS session resumption. */
    private static final int MOST_KEPT = 100;

    private final Map<TlsTrust, SSLSocketFactory> kept = new ConcurrentHashMap<>();

    /**
     * Returns the factory for a trust.
     *
     * @throws IOException if the authorities cannot be used
     */
    SSLSocketFactory of(TlsTrust trust) throws IOException {
        SSLSocketFactory known = kept.get(trust);
        if (known != null) {
            return known;
        }
        SSLSocketFactory created = create(trust);
        if (kept.size() < MOST_KEPT) {
            kept.put(trust, created);
        }
        return created;
    }

    private static SSLSocketFactory create(TlsTrust trust) throws IOException {
        try {
            if (trust.isSystem()) {
                return SSLContext.getDefault().getSocketFactory();
            }
            KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
            authorities.load(null, null);
            int number = 0;
            for (X509Certificate authority : trust.authorities()) {
                authorities.setCertificateEntry("authority-" + number++, authority);
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(authorities);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException unusable) {
            throw new IOException("TLS cannot be set up: " + unusable.getMessage(), unusable);
        }
    }
}
