package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import io.github.pecmailproxy.message.OutgoingMessage;
import io.github.pecmailproxy.message.Priority;
import io.github.pecmailproxy.message.TrackedMessage;
import io.github.pecmailproxy.queue.EnqueueResult;
import io.github.pecmailproxy.store.PurgeRequest;
import io.github.pecmailproxy.store.SuspensionScope;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What is done with messages. */
@RestController
@RequestMapping(path = "/commands", consumes = MediaType.APPLICATION_JSON_VALUE)
class CommandController {
    /** How many messages one request may bring. */
    static final int LARGEST_BATCH = 10_000;

    /** How many ids one request may name. */
    static final int MOST_IDS = 10_000;

    static final Duration DEFAULT_RETENTION = Duration.ofDays(7);

    private static final int PURGED_AT_ONCE = 1_000;
    private static final String DEFAULT_REASON = "suspended by request";

    private final MailProxy proxy;
    private final Accounts accounts;
    private final MessageLookup lookup;
    private final MessageForm form;
    private final InstantSource clock;

    CommandController(
            MailProxy proxy, Accounts accounts, MessageLookup lookup, MessageForm form, InstantSource storeClock) {
        this.proxy = proxy;
        this.accounts = accounts;
        this.lookup = lookup;
        this.form = form;
        this.clock = storeClock;
    }

    /** Queues the good messages and says what is wrong with the others. When it answers, what it took survives any crash. */
    @PostMapping("/add-messages")
    Map<String, Object> addMessages(@RequestAttribute Caller caller, @RequestBody byte[] body) {
        JsonFields fields = JsonFields.read(body).only(Set.of("messages", "default_priority"));
        Priority priority = MessageForm.priority(fields, "default_priority");
        List<JsonFields> elements = fields.elements("messages");
        if (elements.size() > LARGEST_BATCH) {
            throw new InvalidValueException(
                    "messages", "are " + elements.size() + ", allowed are " + LARGEST_BATCH + " at once");
        }
        List<OutgoingMessage> messages = new ArrayList<>();
        List<Map<String, Object>> rejected = new ArrayList<>();
        Map<List<@Nullable String>, String> tenants = new HashMap<>();
        for (JsonFields element : elements) {
            try {
                messages.add(form.read(element, tenantOf(caller, element, tenants), priority));
            } catch (InvalidValueException invalid) {
                rejected.add(rejection(element.textOrNull("id"), invalid.field(), invalid.problem()));
            } catch (ApiException refused) {
                rejected.add(rejection(element.textOrNull("id"), "account_id", String.valueOf(refused.getMessage())));
            }
        }
        int queued = 0;
        int already = 0;
        for (EnqueueResult result : proxy.queue().enqueue(messages)) {
            if (result instanceof EnqueueResult.Queued) {
                queued++;
            } else if (result instanceof EnqueueResult.AlreadyQueued) {
                already++;
            } else if (result instanceof EnqueueResult.Conflict conflict) {
                rejected.add(rejection(
                        conflict.key().id(), "id", "is taken by a message with other content, which stays as it is"));
            } else if (result instanceof EnqueueResult.Rejected refused) {
                rejected.add(rejection(refused.key().id(), refused.field(), refused.problem()));
            }
        }
        Map<String, Object> answer = Answer.ok("queued", queued);
        answer.put("already_queued", already);
        answer.put("rejected", rejected);
        return answer;
    }

    /** The tenant of a message is the one of its account. */
    private String tenantOf(Caller caller, JsonFields message, Map<List<@Nullable String>, String> known) {
        String tenant = message.text("tenant_id");
        String account = message.requiredText("account_id");
        return known.computeIfAbsent(
                Arrays.asList(tenant, account),
                unused -> accounts.find(caller, tenant, account).tenant());
    }

    private static Map<String, Object> rejection(@Nullable String id, String field, String problem) {
        Map<String, Object> rejection = new LinkedHashMap<>();
        rejection.put("id", id);
        rejection.put("reason", field + ": " + problem);
        rejection.put("field", field);
        return rejection;
    }

    /** Withdraws messages that are not sent yet. What was sent stays: it is evidence. */
    @PostMapping("/delete-messages")
    Map<String, Object> deleteMessages(@RequestAttribute Caller caller, @RequestBody byte[] body) {
        JsonFields fields = JsonFields.read(body).only(Set.of("ids", "tenant_id"));
        List<String> ids = fields.texts("ids");
        if (ids.size() > MOST_IDS) {
            throw new InvalidValueException("ids", "are " + ids.size() + ", allowed are " + MOST_IDS + " at once");
        }
        List<TrackedMessage> messages = new ArrayList<>();
        List<String> unknown = new ArrayList<>();
        // All are looked up before the first is withdrawn: a wrong id leaves nothing half done.
        MessageLookup.Search search = lookup.within(caller, fields.text("tenant_id"));
        for (String id : ids) {
            search.find(id).ifPresentOrElse(messages::add, () -> unknown.add(id));
        }
        int removed = 0;
        List<Map<String, Object>> rejected = new ArrayList<>();
        for (TrackedMessage message : messages) {
            if (proxy.queue().cancel(message.key())) {
                removed++;
            } else {
                rejected.add(rejection(
                        message.key().id(),
                        "id",
                        "can no longer be withdrawn: it is " + MessageView.wire(message.state())));
            }
        }
        Map<String, Object> answer = Answer.ok("removed", removed);
        answer.put("not_found", unknown);
        answer.put("rejected", rejected);
        return answer;
    }

    /** Deletes finished messages that were reported. Evidence goes only when its own time is given. */
    @PostMapping("/cleanup-messages")
    Map<String, Object> cleanup(
            @RequestAttribute Caller caller, @RequestBody(required = false) byte @Nullable [] body) {
        caller.requireAdministrator();
        JsonFields fields = JsonFields.read(body).only(Set.of("older_than_seconds", "evidence_older_than_seconds"));
        Instant now = clock.instant();
        Instant before =
                Objects.requireNonNullElse(past(now, fields, "older_than_seconds"), now.minus(DEFAULT_RETENTION));
        Instant evidenceBefore = past(now, fields, "evidence_older_than_seconds");
        int removed = 0;
        int last;
        do {
            last = proxy.purge(new PurgeRequest(before, evidenceBefore, PURGED_AT_ONCE));
            removed += last;
        } while (last == PURGED_AT_ONCE);
        return Answer.ok("removed", removed);
    }

    private static @Nullable Instant past(Instant now, JsonFields fields, String name) {
        Long seconds = fields.number(name);
        if (seconds == null) {
            return null;
        }
        if (seconds < 0 || seconds > now.getEpochSecond()) {
            throw new InvalidValueException(name, "is " + seconds + ", which is no age");
        }
        return now.minusSeconds(seconds);
    }

    /** Looks for work at once; with an id, tries that message now although it waits for its time. */
    @PostMapping("/run-now")
    Map<String, Object> runNow(@RequestAttribute Caller caller, @RequestBody(required = false) byte @Nullable [] body) {
        JsonFields fields = JsonFields.read(body).only(Set.of("id", "tenant_id"));
        if (fields.text("id") == null) {
            proxy.queue().runNow();
            return Answer.ok();
        }
        return changed(proxy.queue().runNow(key(caller, fields)), "does not wait for its time");
    }

    @PostMapping("/suspend")
    Map<String, Object> suspend(@RequestAttribute Caller caller, @RequestBody byte[] body) {
        JsonFields fields = JsonFields.read(body).only(Set.of("tenant_id", "account_id", "batch_code", "reason"));
        String given = fields.text("reason");
        String reason = SuspensionReason.of(caller, given == null ? DEFAULT_REASON : given);
        SuspensionScope scope = scope(caller, fields);
        // What the administrator holds back is held back already, and the reason stays: it says who may let it go.
        if (caller.isAdministrator() || !isAdministrators(scope)) {
            proxy.queue().suspend(scope, reason);
        }
        return Answer.ok();
    }

    @PostMapping("/activate")
    Map<String, Object> activate(@RequestAttribute Caller caller, @RequestBody byte[] body) {
        JsonFields fields = JsonFields.read(body).only(Set.of("tenant_id", "account_id", "batch_code"));
        SuspensionScope scope = scope(caller, fields);
        if (!caller.isAdministrator() && isAdministrators(scope)) {
            throw ApiException.forbidden("the administrator holds this back, and only the administrator may let it go");
        }
        return Answer.ok("was_suspended", proxy.queue().activate(scope));
    }

    private boolean isAdministrators(SuspensionScope scope) {
        return proxy.queue().suspensions().stream()
                .anyMatch(suspension ->
                        suspension.scope().equals(scope) && SuspensionReason.isAdministrators(suspension));
    }

    private SuspensionScope scope(Caller caller, JsonFields fields) {
        String tenant = caller.scope(fields.text("tenant_id"));
        String account = fields.text("account_id");
        String batch = fields.text("batch_code");
        if (account != null && batch != null) {
            throw new InvalidValueException("batch_code", "is given beside account_id: suspend one at a time");
        }
        if (account != null) {
            return new SuspensionScope.Account(accounts.find(caller, tenant, account));
        }
        if (tenant == null) {
            throw new InvalidValueException("tenant_id", "is missing");
        }
        return batch == null ? new SuspensionScope.Tenant(tenant) : new SuspensionScope.Batch(tenant, batch);
    }

    /** Decides a doubt: the message is sent again, as the same bytes under the same Message-ID. */
    @PostMapping("/resend")
    Map<String, Object> resend(@RequestAttribute Caller caller, @RequestBody byte[] body) {
        JsonFields fields = JsonFields.read(body).only(Set.of("id", "tenant_id"));
        return changed(proxy.queue().resend(key(caller, fields)), "is not in doubt");
    }

    /** Decides a doubt: the message went out. */
    @PostMapping("/mark-sent")
    Map<String, Object> markSent(@RequestAttribute Caller caller, @RequestBody byte[] body) {
        JsonFields fields = JsonFields.read(body).only(Set.of("id", "tenant_id"));
        return changed(proxy.queue().markSent(key(caller, fields)), "is not in doubt");
    }

    /** Decides a doubt: the message did not go out and is given up. */
    @PostMapping("/fail")
    Map<String, Object> fail(@RequestAttribute Caller caller, @RequestBody byte[] body) {
        JsonFields fields = JsonFields.read(body).only(Set.of("id", "tenant_id", "reason"));
        return changed(proxy.queue().fail(key(caller, fields), fields.requiredText("reason")), "is not in doubt");
    }

    private MessageKey key(Caller caller, JsonFields fields) {
        return lookup.find(caller, fields.text("tenant_id"), fields.requiredText("id"))
                .key();
    }

    private static Map<String, Object> changed(boolean changed, String otherwise) {
        if (!changed) {
            throw ApiException.conflict("the message " + otherwise);
        }
        return Answer.ok();
    }
}
