package io.github.pecmailproxy.storage.jdbc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;

/** Writes the problems of a receipt as a JSON array. Stateless and thread-safe. */
final class ProblemList {
    private static final String NONE = "[]";
    private static final JsonFactory JSON = new JsonFactory();

    private ProblemList() {}

    static String write(List<String> problems) {
        if (problems.isEmpty()) {
            return NONE;
        }
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartArray();
            for (String problem : problems) {
                json.writeString(problem);
            }
            json.writeEndArray();
        } catch (IOException impossible) {
            throw new IllegalStateException("writing to a string does not fail", impossible);
        }
        return text.toString();
    }

    static List<String> read(String text) {
        List<String> problems = new ArrayList<>();
        if (text.equals(NONE)) {
            return problems;
        }
        try (JsonParser json = JSON.createParser(text)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.VALUE_STRING) {
                problems.add(json.getText());
            }
        } catch (IOException malformed) {
            throw new IllegalStateException("the stored problems are not what was written", malformed);
        }
        return problems;
    }
}
