package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.store.RetryableStoreException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Turns what went wrong into {@code {"ok": false, "error": …}}; a bad value also into the field and the reason. */
@RestControllerAdvice
class ApiErrors extends ResponseEntityExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ApiErrors.class);
    private static final String RETRY_SECONDS = "5";

    /** Writes the body that every error has. */
    static Map<String, Object> body(String error) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("ok", false);
        body.put("error", error);
        return body;
    }

    @ExceptionHandler
    ResponseEntity<Object> invalid(InvalidValueException invalid) {
        Map<String, Object> body = body(invalid.field() + ": " + invalid.problem());
        body.put("field", invalid.field());
        body.put("reason", invalid.problem());
        return ResponseEntity.status(HttpStatus.UNPROCESSABLE_CONTENT).body(body);
    }

    @ExceptionHandler
    ResponseEntity<Object> invalid(MethodArgumentTypeMismatchException invalid) {
        return invalid(new InvalidValueException(invalid.getName(), "is not a valid value"));
    }

    /** The query of the URL is not percent-encoded as it has to be. */
    @ExceptionHandler
    ResponseEntity<Object> invalid(InvalidParameterException invalid) {
        return ResponseEntity.badRequest().body(body("the query cannot be read: is a % in it not written %25?"));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException unreadable,
            HttpHeaders headers,
            HttpStatusCode status,
            WebRequest request) {
        return invalid(new InvalidValueException("body", "is missing"));
    }

    @ExceptionHandler
    ResponseEntity<Object> refused(ApiException refused) {
        return ResponseEntity.status(refused.status()).body(body(String.valueOf(refused.getMessage())));
    }

    @ExceptionHandler
    ResponseEntity<Object> tooLarge(ApiRequest.TooLargeException tooLarge) {
        return ResponseEntity.status(HttpStatus.CONTENT_TOO_LARGE).body(body(String.valueOf(tooLarge.getMessage())));
    }

    @ExceptionHandler
    ResponseEntity<Object> busy(ApiRequest.BusyException busy) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                .body(body(String.valueOf(busy.getMessage())));
    }

    @ExceptionHandler
    ResponseEntity<Object> busy(RetryableStoreException busy) {
        LOG.warn("The store did not answer: {}", busy.getMessage());
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
                .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
                .body(body("the store does not answer, try again"));
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(RuntimeException unexpected) {
        // What failed inside is for the log; whoever called gets no text that was not written for callers.
        LOG.error("A request failed", unexpected);
        return ResponseEntity.internalServerError().body(body("internal error"));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleExceptionInternal(
            Exception problem, @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        HttpStatus known = HttpStatus.resolve(status.value());
        return ResponseEntity.status(status)
                .headers(headers)
                .body(body(known == null ? "error " + status.value() : known.getReasonPhrase()));
    }
}
