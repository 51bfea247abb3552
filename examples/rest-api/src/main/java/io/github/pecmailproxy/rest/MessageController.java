package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.evidence.MessageEvidence;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.store.MessageFilter;
import io.github.pecmailproxy.store.ReceiptFilter;
import io.github.pecmailproxy.store.ReceiptRecord;
import io.github.pecmailproxy.store.StoredContent;
import jakarta.servlet.http.HttpServletRequest;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.filter.ShallowEtagHeaderFilter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** What became of messages: their state, events, receipts and evidence. */
@RestController
class MessageController {
    private static final int PAGE = 100;
    private static final MediaType ZIP = MediaType.parseMediaType("application/zip");
    private static final MediaType MAIL = MediaType.parseMediaType("message/rfc822");

    private final MailProxy proxy;
    private final MessageLookup lookup;
    private final Accounts accounts;
    private final MessageSearch search;

    MessageController(MailProxy proxy, MessageLookup lookup, Accounts accounts) {
        this.proxy = proxy;
        this.lookup = lookup;
        this.accounts = accounts;
        search = new MessageSearch(proxy.queue()::list, MessageSearch.MOST_READ);
    }

    @GetMapping("/messages")
    Map<String, Object> list(
            @RequestAttribute Caller caller,
            @RequestParam(name = "tenant_id", required = false) @Nullable String tenant,
            @RequestParam(name = "account_id", required = false) @Nullable String account,
            @RequestParam(name = "batch_code", required = false) @Nullable String batch,
            @RequestParam(name = "state", required = false) @Nullable List<String> states,
            @RequestParam(name = "q", required = false) @Nullable String text,
            @RequestParam(name = "order", defaultValue = "newest") String order,
            @RequestParam(name = "after", defaultValue = "0") long after,
            @RequestParam(name = "limit", defaultValue = "" + PAGE) int limit) {
        if (limit < 1 || limit > MessageFilter.GREATEST_LIMIT) {
            throw new InvalidValueException(
                    "limit", "is " + limit + ", allowed is 1 to " + MessageFilter.GREATEST_LIMIT);
        }
        if (!order.equals("newest") && !order.equals("oldest")) {
            throw new InvalidValueException("order", "is neither newest nor oldest");
        }
        String scope = caller.scope(tenant);
        if (account != null && scope == null) {
            scope = accounts.find(caller, null, account).tenant();
        }
        String words = text == null ? "" : text.strip().toLowerCase(Locale.ROOT);
        int page = words.isEmpty() ? limit : MessageSearch.READ_AT_ONCE;
        MessageFilter filter = new MessageFilter(
                scope, account, batch, states(states), Math.max(0, after), order.equals("newest"), page);
        return search.page(filter, words, limit);
    }

    private static Set<MessageState> states(@Nullable List<String> names) {
        Set<MessageState> states = EnumSet.noneOf(MessageState.class);
        for (String name : names == null ? List.<String>of() : names) {
            try {
                states.add(MessageState.valueOf(name.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException unknown) {
                throw new InvalidValueException("state", "is unknown: " + InvalidValueException.quote(name));
            }
        }
        return states;
    }

    @GetMapping("/messages/{id}")
    Map<String, Object> message(
            @RequestAttribute Caller caller,
            @PathVariable String id,
            @RequestParam(name = "tenant_id", required = false) @Nullable String tenant) {
        return Answer.ok("message", MessageView.message(lookup.find(caller, tenant, id)));
    }

    @GetMapping("/messages/{id}/events")
    Map<String, Object> events(
            @RequestAttribute Caller caller,
            @PathVariable String id,
            @RequestParam(name = "tenant_id", required = false) @Nullable String tenant) {
        MessageKey key = lookup.find(caller, tenant, id).key();
        return Answer.ok(
                "events", proxy.events(key).stream().map(MessageView::event).toList());
    }

    @GetMapping("/messages/{id}/receipts")
    Map<String, Object> receipts(
            @RequestAttribute Caller caller,
            @PathVariable String id,
            @RequestParam(name = "tenant_id", required = false) @Nullable String tenant) {
        MessageKey key = lookup.find(caller, tenant, id).key();
        return Answer.ok("receipts", receiptsOf(key).map(MessageView::receipt).toList());
    }

    private Stream<ReceiptRecord> receiptsOf(MessageKey key) {
        return proxy.receipts().list(ReceiptFilter.ALL.ofMessage(key)).stream();
    }

    @GetMapping("/messages/{id}/receipts/{receipt}")
    ResponseEntity<StreamingResponseBody> receipt(
            @RequestAttribute Caller caller,
            @PathVariable String id,
            @PathVariable long receipt,
            @RequestParam(name = "tenant_id", required = false) @Nullable String tenant,
            HttpServletRequest request) {
        ShallowEtagHeaderFilter.disableContentCaching(request);
        MessageKey key = lookup.find(caller, tenant, id).key();
        // Only what belongs to the message: receipts are numbered through all tenants.
        StoredContent content = receiptsOf(key)
                .filter(record -> record.id() == receipt)
                .findFirst()
                .flatMap(record -> proxy.receipts().content(record.id()))
                .orElseThrow(() -> ApiException.notFound("receipt " + receipt + " is unknown or not kept"));
        return download(MAIL, key.id() + "-" + receipt + ".eml")
                .contentLength(content.size())
                .body(out -> {
                    try (InputStream bytes = content.open()) {
                        bytes.transferTo(out);
                    }
                });
    }

    @GetMapping("/messages/{id}/evidence")
    ResponseEntity<StreamingResponseBody> evidence(
            @RequestAttribute Caller caller,
            @PathVariable String id,
            @RequestParam(name = "tenant_id", required = false) @Nullable String tenant,
            HttpServletRequest request) {
        ShallowEtagHeaderFilter.disableContentCaching(request);
        MessageKey key = lookup.find(caller, tenant, id).key();
        MessageEvidence evidence = proxy.receipts()
                .evidence(key)
                .orElseThrow(() -> ApiException.notFound("nothing is kept of this message"));
        return download(ZIP, key.id() + ".zip").body(evidence::writeTo);
    }

    private static ResponseEntity.BodyBuilder download(MediaType type, String fileName) {
        return ResponseEntity.ok()
                .contentType(type)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(fileName, StandardCharsets.UTF_8)
                                .build()
                                .toString());
    }
}
