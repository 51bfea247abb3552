package io.github.pecmailproxy.rest;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.IOException;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * A request of somebody known, whose body ends in an error where it grows beyond the limit or beyond the memory there is for bodies,
 * whatever length it announced.
 */
final class ApiRequest extends HttpServletRequestWrapper {
    private final @Nullable Caller caller;
    private final long limit;
    private final BodyBudget budget;
    private @Nullable ServletInputStream limited;
    private long taken;

    ApiRequest(HttpServletRequest request, @Nullable Caller caller, long limit, BodyBudget budget) {
        super(request);
        this.caller = caller;
        this.limit = limit;
        this.budget = budget;
    }

    /** Gives back what the body took of the budget. */
    void release() {
        budget.giveBack(taken);
        taken = 0;
    }

    /** Too many large bodies at once. Unchecked, so that it passes Spring's converters as it is. */
    static final class BusyException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        BusyException() {
            super("too many large requests at once, try again in a few seconds");
        }
    }

    /** The body is too large. Unchecked, so that it passes Spring's converters as it is. */
    static final class TooLargeException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooLargeException(long limit) {
            super("the body is larger than " + limit + " bytes");
        }
    }

    /** Actuator shows the details of the health to whoever has a name. They are of all tenants. */
    @Override
    public @Nullable Principal getUserPrincipal() {
        return caller != null && caller.isAdministrator() ? () -> "administrator" : null;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        ServletInputStream stream = limited;
        if (stream == null) {
            stream = new Counting(super.getInputStream());
            limited = stream;
        }
        return stream;
    }

    private final class Counting extends ServletInputStream {
        private final ServletInputStream body;
        private long read;

        Counting(ServletInputStream body) {
            this.body = body;
        }

        @Override
        public int read() throws IOException {
            int next = body.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            int count = body.read(target, offset, length);
            count(Math.max(0, count));
            return count;
        }

        private void count(int more) {
            read += more;
            if (read > limit) {
                throw new TooLargeException(limit);
            }
            long wanted = Math.max(0, read - BodyBudget.FREE) - taken;
            if (wanted > 0 && !budget.take(wanted)) {
                throw new BusyException();
            }
            taken += Math.max(0, wanted);
        }

        @Override
        public boolean isFinished() {
            return body.isFinished();
        }

        @Override
        public boolean isReady() {
            return body.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            body.setReadListener(listener);
        }
    }
}
