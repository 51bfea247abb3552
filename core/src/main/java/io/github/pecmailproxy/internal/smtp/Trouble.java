package io.github.pecmailproxy.internal.smtp;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Says in words for people what went wrong with a connection. */
final class Trouble {
    private static final int DEEPEST = 20;
    private static final int LONGEST = 300;

    private Trouble() {}

    static String describe(Throwable failure, SocketGuard guard) {
        if (guard.exceeded() != null) {
            return "the server did not answer within " + guard.exceeded();
        }
        Throwable root = root(failure);
        if (root instanceof SocketTimeoutException) {
            return "the server did not answer in time: " + message(root);
        }
        if (root instanceof UnknownHostException) {
            return "the host name is unknown: " + message(root);
        }
        if (root instanceof ConnectException) {
            return "the connection was refused: " + message(root);
        }
        if (root instanceof SSLException || root instanceof GeneralSecurityException) {
            return "TLS failed: " + message(root);
        }
        return message(root);
    }

    static boolean isTimeout(Throwable failure, SocketGuard guard) {
        return guard.exceeded() != null || root(failure) instanceof SocketTimeoutException;
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        for (int i = 0; i < DEEPEST && root.getCause() != null; i++) {
            root = root.getCause();
        }
        return root;
    }

    private static String message(Throwable failure) {
        @Nullable String message = failure.getMessage();
        String text = message == null || message.isBlank()
                ? failure.getClass().getSimpleName()
                : message.replaceAll("\\p{Cntrl}+", " ").strip();
        return text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    }
}
