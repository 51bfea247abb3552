package io.github.pecmailproxy.internal.imap;

import io.github.pecmailproxy.account.TlsTrust;
import io.github.pecmailproxy.internal.imap.MailboxException.Kind;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Makes what an account trusts into TLS connections. */
final class TlsContext {
    private TlsContext() {}

    static SSLSocketFactory factory(TlsTrust trust) throws MailboxException {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trust.isSystem() ? null : store(trust));
            context.init(null, managers.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException failed) {
            throw new MailboxException(Kind.NOT_SECURE, "TLS cannot be set up: " + failed.getMessage(), failed);
        }
    }

    static MailboxException failure(SSLException failed) {
        return failed instanceof SSLHandshakeException || failed instanceof SSLPeerUnverifiedException
                ? new MailboxException(
                        Kind.NOT_SECURE, "The server's certificate or TLS is refused: " + failed.getMessage(), failed)
                : new MailboxException(Kind.LOST, "The TLS connection broke: " + failed.getMessage(), failed);
    }

    private static KeyStore store(TlsTrust trust) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (X509Certificate authority : trust.authorities()) {
            store.setCertificateEntry("authority-" + number++, authority);
        }
        return store;
    }
}
