package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.message.InvalidValueException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A JSON object in a request, read field by field; what is wrong with one is told by its name. */
final class JsonFields {
    /**
     * How many names, values and brackets a body may have: in memory each is many times as large as its one or two characters. A
     * hundred for each message of the largest batch.
     */
    static final long MOST_TOKENS = 100L * CommandController.LARGEST_BATCH;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    // An attachment is one string. How large it may be, the limit of the body says.
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxTokenCount(MOST_TOKENS)
                            .build())
                    .build())
            .build();

    private final String path;
    private final JsonNode node;

    private JsonFields(String path, JsonNode node) {
        this.path = path;
        this.node = node;
    }

    /** Reads the body of a request; an empty one is an object without fields. */
    static JsonFields read(byte @Nullable [] body) {
        if (body == null || body.length == 0) {
            return new JsonFields("", MAPPER.createObjectNode());
        }
        try {
            return of("body", "", MAPPER.readTree(body));
        } catch (StreamConstraintsException excessive) {
            throw new InvalidValueException(
                    "body", "is nested too deeply or has more than " + MOST_TOKENS + " names, values and brackets");
        } catch (JacksonException malformed) {
            var place = malformed.getLocation();
            throw new InvalidValueException(
                    "body",
                    "is not JSON"
                            + (place == null ? "" : ", line " + place.getLineNr() + " column " + place.getColumnNr()));
        }
    }

    private static JsonFields of(String name, String path, JsonNode node) {
        if (!node.isObject()) {
            throw new InvalidValueException(name, "is not an object");
        }
        return new JsonFields(path, node);
    }

    boolean has(String name) {
        return node.has(name);
    }

    /** Returns a copy with a field set. */
    JsonFields with(String name, Object value) {
        return new JsonFields(path, ((ObjectNode) node.deepCopy()).set(name, MAPPER.valueToTree(value)));
    }

    /** Refuses fields with other names than these: a misspelt field would otherwise be ignored in silence. */
    JsonFields only(Set<String> names) {
        for (String name : node.propertyNames()) {
            if (!names.contains(name)) {
                throw new InvalidValueException(path + name, "is not a field of this request");
            }
        }
        return this;
    }

    private @Nullable JsonNode find(String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value;
    }

    @Nullable
    String text(String name) {
        JsonNode value = find(name);
        if (value != null && !value.isString()) {
            throw new InvalidValueException(path + name, "is not a string");
        }
        return value == null ? null : value.stringValue();
    }

    String requiredText(String name) {
        String value = text(name);
        if (value == null || value.isEmpty()) {
            throw new InvalidValueException(path + name, "is missing");
        }
        return value;
    }

    @Nullable
    Long number(String name) {
        JsonNode value = find(name);
        if (value != null && !(value.isIntegralNumber() && value.canConvertToLong())) {
            throw new InvalidValueException(path + name, "is not a whole number");
        }
        return value == null ? null : value.longValue();
    }

    /** Reads a string where it is one: for saying which object was wrong. */
    @Nullable
    String textOrNull(String name) {
        return isText(name) ? text(name) : null;
    }

    boolean isText(String name) {
        JsonNode value = find(name);
        return value != null && value.isString();
    }

    boolean flag(String name, boolean otherwise) {
        JsonNode value = find(name);
        if (value != null && !value.isBoolean()) {
            throw new InvalidValueException(path + name, "is neither true nor false");
        }
        return value == null ? otherwise : value.booleanValue();
    }

    /** Reads a list of strings; one string counts as a list of one. */
    List<String> texts(String name) {
        JsonNode value = find(name);
        if (value == null) {
            return List.of();
        }
        if (value.isString()) {
            return List.of(value.stringValue());
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : list(name, value)) {
            if (!element.isString()) {
                throw new InvalidValueException(path + name + "[" + texts.size() + "]", "is not a string");
            }
            texts.add(element.stringValue());
        }
        return texts;
    }

    /** Reads a list of objects. */
    List<JsonFields> objects(String name) {
        JsonNode value = find(name);
        List<JsonFields> objects = new ArrayList<>();
        if (value != null) {
            for (JsonNode element : list(name, value)) {
                String place = path + name + "[" + objects.size() + "]";
                objects.add(of(place, place + ".", element));
            }
        }
        return objects;
    }

    /** Reads a list whose elements are judged one by one: an element that is no object comes as one without fields. */
    List<JsonFields> elements(String name) {
        JsonNode value = find(name);
        if (value == null) {
            throw new InvalidValueException(path + name, "is missing");
        }
        List<JsonFields> elements = new ArrayList<>();
        for (JsonNode element : list(name, value)) {
            elements.add(new JsonFields("", element.isObject() ? element : MAPPER.createObjectNode()));
        }
        return elements;
    }

    /** Reads an object whose values are strings. */
    Map<String, String> map(String name) {
        JsonNode value = find(name);
        Map<String, String> map = new LinkedHashMap<>();
        if (value != null) {
            JsonFields fields = of(path + name, path + name + ".", value);
            value.propertyNames().forEach(key -> map.put(key, fields.requiredText(key)));
        }
        return map;
    }

    /** Returns the object as JSON text, for what reads it by itself. */
    String toJson() {
        return MAPPER.writeValueAsString(node);
    }

    private JsonNode list(String name, JsonNode value) {
        if (!value.isArray()) {
            throw new InvalidValueException(path + name, "is not a list");
        }
        return value;
    }
}
