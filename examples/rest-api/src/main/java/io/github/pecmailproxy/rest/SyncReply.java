package io.github.pecmailproxy.rest;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a tenant's endpoint answered: {@code {"ok", "queued", "next_sync_after", "error": [ids], "not_found": [ids]}}. Fields beyond
 * these are ignored; an answer that is not of this form acknowledges nothing.
 *
 * @param refused ids that the tenant could not take up: they are reported again
 * @param unknown ids that the tenant does not know: reporting them again would change nothing
 * @param queued how many messages the tenant wants to hand in: it is called again at once
 * @param notBefore before when the tenant does not want to be called, null if it does not say
 */
record SyncReply(
        Set<String> refused,
        Set<String> unknown,
        long queued,
        @Nullable Instant notBefore) {
    private static final int SHOWN = 60;

    static SyncReply read(int status, byte[] body) throws IOException {
        if (status < 200 || status > 299) {
            throw new IOException("the endpoint answered HTTP " + status);
        }
        JsonNode reply;
        try {
            reply = JsonMapper.shared().readTree(body);
        } catch (JacksonException notJson) {
            throw new IOException("the endpoint did not answer JSON: " + beginning(body));
        }
        if (!reply.isObject()) {
            throw new IOException("the endpoint did not answer a JSON object: " + beginning(body));
        }
        JsonNode ok = reply.get("ok");
        if (ok == null || !ok.isBoolean() || !ok.booleanValue()) {
            throw new IOException("the endpoint did not answer \"ok\": true");
        }
        return new SyncReply(ids(reply, "error"), ids(reply, "not_found"), queued(reply), notBefore(reply));
    }

    private static Set<String> ids(JsonNode reply, String name) throws IOException {
        JsonNode list = reply.get(name);
        Set<String> ids = new HashSet<>();
        if (list == null || list.isNull()) {
            return ids;
        }
        if (!list.isArray()) {
            throw new IOException("the endpoint answered \"" + name + "\" that is no list");
        }
        for (JsonNode id : list) {
            if (!id.isString()) {
                throw new IOException("the endpoint answered \"" + name + "\" with something that is no id");
            }
            ids.add(id.stringValue());
        }
        return ids;
    }

    /** A hint: what is malformed is left aside, so that nothing is reported twice for its sake. */
    private static long queued(JsonNode reply) {
        JsonNode queued = reply.get("queued");
        return queued != null && queued.isIntegralNumber() && queued.canConvertToLong() ? queued.longValue() : 0;
    }

    private static @Nullable Instant notBefore(JsonNode reply) {
        JsonNode seconds = reply.get("next_sync_after");
        try {
            return seconds == null || !seconds.isNumber() ? null : Instant.ofEpochSecond((long) seconds.doubleValue());
        } catch (DateTimeException beyond) {
            return null;
        }
    }

    private static String beginning(byte[] body) {
        String text = new String(body, 0, Math.min(body.length, SHOWN), java.nio.charset.StandardCharsets.UTF_8);
        return "\"" + text.replaceAll("\\p{Cntrl}", " ") + "\"";
    }
}
