package io.github.pecmailproxy.rest;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;
import tools.jackson.databind.json.JsonMapper;

/** Every request passes here first: who it is, whether it may, how much and how often. */
final class ApiGate extends OncePerRequestFilter {
    static final String TOKEN_HEADER = "X-API-Token";

    /** Nothing from elsewhere, nothing inline; the page's own files and calls only. */
    static final String CONTENT_SECURITY_POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /** What carries no data: the page asks for a token by itself, and a load balancer has none. */
    private static final Set<String> PUBLIC =
            Set.of("/", "/index.html", "/app.css", "/app.js", "/icon.svg", "/openapi.json", "/health", "/favicon.ico");

    private static final String BEARER = "Bearer ";
    private static final Set<String> LOOPBACK_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String RETRY_SECONDS = "5";
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final @Nullable String administratorHash;
    private final Tenants tenants;
    private final RequestLimit limit;
    private final long largestBody;
    private final BodyBudget budget;

    ApiGate(Settings settings, Tenants tenants, RequestLimit limit, BodyBudget budget) {
        administratorHash = settings.apiToken() == null ? null : Tenants.hash(settings.apiToken());
        largestBody = settings.largestBody();
        this.tenants = tenants;
        this.limit = limit;
        this.budget = budget;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        protect(response);
        boolean open = PUBLIC.contains(request.getRequestURI());
        Optional<Caller> caller = identify(request);
        if (!limit.allows(counted(request, open, caller))) {
            response.setHeader(HttpHeaders.RETRY_AFTER, RETRY_SECONDS);
            refuse(response, HttpStatus.TOO_MANY_REQUESTS, "too many requests, try again in a few seconds");
            return;
        }
        if (!open && caller.isEmpty()) {
            response.setHeader(HttpHeaders.WWW_AUTHENTICATE, TOKEN_HEADER);
            refuse(response, HttpStatus.UNAUTHORIZED, TOKEN_HEADER + " is missing or not valid");
            return;
        }
        if (!open && isTenantAt(caller, "/metrics", request)) {
            refuse(response, HttpStatus.FORBIDDEN, "only the administrator's token may do this");
            return;
        }
        if (request.getContentLengthLong() > largestBody) {
            refuse(response, HttpStatus.CONTENT_TOO_LARGE, "the body is larger than " + largestBody + " bytes");
            return;
        }
        caller.ifPresent(one -> request.setAttribute(Caller.ATTRIBUTE, one));
        ApiRequest counted = new ApiRequest(request, caller.orElse(null), largestBody, budget);
        try {
            chain.doFilter(counted, response);
        } finally {
            counted.release();
        }
    }

    /**
     * Tells whose requests are counted together. Behind a server that speaks TLS all come from one address: whoever tries tokens there
     * uses up what is for those who try tokens, and neither the page nor the health, nor anything of those who have one.
     */
    private static String counted(HttpServletRequest request, boolean open, Optional<Caller> caller) {
        String token = token(request);
        if (caller.isPresent()) {
            return token == null ? "this machine" : "token " + Tenants.hash(token);
        }
        return (open ? "public " : "refused ") + request.getRemoteAddr();
    }

    /** Looks at the path as it is dispatched by: the raw one may spell the same in many ways. */
    private static boolean isTenantAt(Optional<Caller> caller, String path, HttpServletRequest request) {
        return request.getServletPath().startsWith(path)
                && caller.filter(Caller::isAdministrator).isEmpty();
    }

    private Optional<Caller> identify(HttpServletRequest request) {
        if (administratorHash == null) {
            // Without a token only this machine may ask. A page of another site in a browser here may not either: its
            // requests
            // carry its own name as host when it rebinds the name, and say where they come from when it does not.
            boolean here = LOOPBACK_NAMES.contains(hostName(request)) && !isFromAnotherSite(request);
            return here ? Optional.of(Caller.ADMINISTRATOR) : Optional.empty();
        }
        String token = token(request);
        if (token == null) {
            return Optional.empty();
        }
        if (Tenants.sameHash(administratorHash, Tenants.hash(token))) {
            return Optional.of(Caller.ADMINISTRATOR);
        }
        return tenants.ofToken(token).map(Caller::new);
    }

    private static @Nullable String token(HttpServletRequest request) {
        String token = request.getHeader(TOKEN_HEADER);
        if (token != null) {
            return token;
        }
        // Prometheus and its like know only this form.
        String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        return authorization != null && authorization.startsWith(BEARER)
                ? authorization.substring(BEARER.length())
                : null;
    }

    private static String hostName(HttpServletRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        return host == null ? "" : host.replaceFirst(":\\d+$", "");
    }

    private static boolean isFromAnotherSite(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        boolean foreignOrigin = origin != null && !origin.equals("http://" + request.getHeader(HttpHeaders.HOST));
        return foreignOrigin || (site != null && !site.equals("same-origin") && !site.equals("none"));
    }

    private static void protect(HttpServletResponse response) {
        response.setHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Referrer-Policy", "no-referrer");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-cache, private");
    }

    private static void refuse(HttpServletResponse response, HttpStatus status, String error) throws IOException {
        response.setStatus(status.value());
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        response.getOutputStream().write(MAPPER.writeValueAsBytes(ApiErrors.body(error)));
    }
}
