package io.github.pecmailproxy.rest;

import java.util.LinkedHashMap;
import java.util.Map;

/** The JSON object of an answer that went well. */
final class Answer {
    private Answer() {}

    static Map<String, Object> ok() {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ok", true);
        return answer;
    }

    static Map<String, Object> ok(String name, Object value) {
        Map<String, Object> answer = ok();
        answer.put(name, value);
        return answer;
    }
}
