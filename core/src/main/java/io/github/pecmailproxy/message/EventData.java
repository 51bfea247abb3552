package io.github.pecmailproxy.message;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The details of an event: a flat JSON object in insertion order whose values are strings, numbers or booleans. Immutable and
 * thread-safe; equal when the same fields have the same values.
 *
 * @since 0.1.0
 */
public final class EventData {
    /** No details. */
    public static final EventData NONE = new EventData(Map.of());

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final ObjectWriter WRITER = MAPPER.writer();
    private static final ObjectReader READER = MAPPER.readerFor(new TypeReference<LinkedHashMap<String, Object>>() {});

    private final Map<String, Object> fields;

    private EventData(Map<String, Object> fields) {
        this.fields = Collections.unmodifiableMap(fields);
    }

    /**
     * Creates details of one field.
     *
     * @param name the field's name
     * @param value its value; a null value leaves the field out
     * @return the details, never null
     */
    public static EventData of(String name, @Nullable Object value) {
        return NONE.with(name, value);
    }

    /**
     * Adds or replaces one field.
     *
     * @param name the field's name
     * @param value its value: a {@link String}, {@link Boolean} or number of up to 64 bits, anything else by its text; null leaves
     *     the field out
     * @return details with the field, never null
     */
    public EventData with(String name, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        Map<String, Object> extended = new LinkedHashMap<>(fields);
        // Numbers of one width, so that details read back from JSON equal those that were written.
        extended.put(name, normal(value));
        return new EventData(extended);
    }

    private static Object normal(Object value) {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof Float number) {
            return number.doubleValue();
        }
        boolean kept = value instanceof Long || value instanceof Double || value instanceof Boolean;
        return kept ? value : value.toString();
    }

    /**
     * Returns a field as text.
     *
     * @param name the field's name
     * @return its value as text, or empty when there is no such field
     */
    public Optional<String> text(String name) {
        return Optional.ofNullable(fields.get(name)).map(Object::toString);
    }

    /**
     * Returns all fields in order.
     *
     * @return an unmodifiable map, never null
     */
    public Map<String, Object> fields() {
        return fields;
    }

    /**
     * Writes the details as a JSON object.
     *
     * @return the JSON text, never null
     */
    public String toJson() {
        try {
            return WRITER.writeValueAsString(fields);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("strings, numbers and booleans are always JSON", impossible);
        }
    }

    /**
     * Reads details that {@link #toJson()} wrote.
     *
     * @param json a JSON object
     * @return the details, never null
     * @throws InvalidValueException if the text is not a JSON object
     */
    public static EventData fromJson(String json) {
        try {
            Map<String, Object> read = READER.readValue(json);
            if (read == null) { // The JSON text "null".
                throw new InvalidValueException("event_data", "is not a JSON object");
            }
            EventData data = NONE;
            for (Map.Entry<String, Object> field : read.entrySet()) {
                data = data.with(field.getKey(), field.getValue());
            }
            return data;
        } catch (JsonProcessingException malformed) {
            throw new InvalidValueException("event_data", "is not a JSON object");
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EventData data && fields.equals(data.fields);
    }

    @Override
    public int hashCode() {
        return fields.hashCode();
    }

    @Override
    public String toString() {
        return toJson();
    }
}
