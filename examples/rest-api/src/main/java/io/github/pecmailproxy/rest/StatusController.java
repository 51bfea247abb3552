package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.MailProxy;
import io.github.pecmailproxy.imap.MailboxStatus;
import io.github.pecmailproxy.message.MessageState;
import io.github.pecmailproxy.store.StoreStatistics;
import io.github.pecmailproxy.store.Suspension;
import io.github.pecmailproxy.store.SuspensionScope;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestAttribute;
import org.springframework.web.bind.annotation.RestController;

/** How everything is doing: what waits, which mailboxes are read, what is held back and why. */
@RestController
class StatusController {
    private final MailProxy proxy;

    StatusController(MailProxy proxy) {
        this.proxy = proxy;
    }

    @GetMapping("/status")
    Map<String, Object> status(@RequestAttribute Caller caller) {
        Map<String, Object> answer = Answer.ok("running", proxy.isRunning());
        if (caller.tenant() != null) {
            answer.put("tenant_id", caller.tenant());
        } else {
            addFigures(answer);
        }
        answer.put(
                "mailboxes",
                proxy.poller().mailboxes().stream()
                        .filter(mailbox -> caller.mayUse(mailbox.account()))
                        .map(mailbox -> mailbox(mailbox, caller))
                        .toList());
        answer.put(
                "suspensions",
                proxy.queue().suspensions().stream()
                        .filter(suspension -> caller.isAdministrator()
                                || tenantOf(suspension.scope()).equals(caller.tenant()))
                        .map(StatusController::suspension)
                        .toList());
        return answer;
    }

    private void addFigures(Map<String, Object> answer) {
        StoreStatistics statistics = proxy.statistics();
        Map<String, Object> counts = new LinkedHashMap<>();
        for (MessageState state : MessageState.values()) {
            counts.put(MessageView.wire(state), statistics.count(state));
        }
        answer.put("messages", counts);
        answer.put("unreported", statistics.unreported());
        MessageView.time(answer, "oldest_due_ts", statistics.oldestDue());
    }

    private static Map<String, Object> mailbox(MailboxStatus mailbox, Caller caller) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("account_id", mailbox.account().id());
        json.put("tenant_id", mailbox.account().tenant());
        MessageView.time(json, "last_read_ts", mailbox.lastRead());
        MessageView.time(json, "blind_since_ts", mailbox.blindSince());
        if (mailbox.trouble() != null && caller.isAdministrator()) {
            // Not for a tenant, who chose the server: these are the words of the network here.
            json.put("trouble", mailbox.trouble());
        }
        json.put("idling", mailbox.idling());
        return json;
    }

    private static Map<String, Object> suspension(Suspension suspension) {
        Map<String, Object> json = new LinkedHashMap<>();
        SuspensionScope scope = suspension.scope();
        json.put("tenant_id", tenantOf(scope));
        if (scope instanceof SuspensionScope.Account account) {
            json.put("account_id", account.key().id());
        } else if (scope instanceof SuspensionScope.Batch batch) {
            json.put("batch_code", batch.batchCode());
        }
        json.put("reason", SuspensionReason.given(suspension));
        json.put("by_administrator", SuspensionReason.isAdministrators(suspension));
        json.put("since_ts", suspension.since().getEpochSecond());
        return json;
    }

    private static String tenantOf(SuspensionScope scope) {
        if (scope instanceof SuspensionScope.Account account) {
            return account.key().tenant();
        }
        return scope instanceof SuspensionScope.Tenant tenant
                ? tenant.tenant()
                : ((SuspensionScope.Batch) scope).tenant();
    }
}
