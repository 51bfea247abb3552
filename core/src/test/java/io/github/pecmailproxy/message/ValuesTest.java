package io.github.pecmailproxy.message;

import static io.github.pecmailproxy.testing.WrongValue.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.testing.Samples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small values of a message. */
class ValuesTest {
    // ---- attachments

    @Test
    void attachmentCopiesItsBytes() throws IOException {
        byte[] bytes = {1, 2, 3};
        Attachment attachment = Attachment.of("a.bin", "application/octet-stream", bytes);
        bytes[0] = 9;
        assertThat(attachment.content().open()).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(attachment.content().open()).hasBinaryContent(new byte[] {1, 2, 3});
    }

    @Test
    void attachedFileGoesUnderItsOwnNameWithoutItsPath(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("Atto n. 1.pdf"), "uno");
        Attachment attachment = Attachment.of(file, "application/pdf");
        assertThat(attachment.fileName()).isEqualTo("Atto n. 1.pdf");
        assertThat(attachment.content().open()).hasContent("uno");
    }

    @Test
    void attachedFileMustBeThere(@TempDir Path directory) {
        refused(
                "attachment.file",
                "is not a readable file",
                () -> Attachment.of(directory.resolve("no.pdf"), "application/pdf"));
        refused("attachment.file", "is not a readable file", () -> Attachment.of(directory, "application/pdf"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../etc/passwd", "a/b.pdf", "a\\b.pdf", "", " a.pdf", "a\r\n.pdf"})
    void attachmentsNameIsNoPathAndOneLine(String name) {
        refused("attachment.fileName", "", () -> Attachment.of(name, "application/pdf", new byte[0]));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/pdf", "text/plain; charset=utf-8", "text/plain; a=\"b c\"; d=e", "image/svg+xml"})
    void takesAMediaType(String type) {
        assertThat(Attachment.of("a", type, new byte[0]).contentType()).isEqualTo(type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"pdf", "application/", "application/pdf;", "text/plain; charset", "a b/c", ""})
    void refusesWhatIsNoMediaType(String type) {
        refused("attachment.contentType", "is not a media type", () -> Attachment.of("a", type, new byte[0]));
    }

    @Test
    void refusesALineBreakInAMediaType() {
        refused(
                "attachment.contentType",
                "control character",
                () -> Attachment.of("a", "text/plain;\r\n x=y", new byte[0]));
    }

    @Test
    void refusesAnAttachmentWithoutContent() {
        refused("attachment.content", "is missing", () -> Attachment.of("a", "text/plain", (byte[]) null));
        refused("attachment.content", "is missing", () -> Attachment.of("a", "text/plain", (ContentSource) null));
        refused("attachment.file", "is missing", () -> Attachment.of((Path) null, "text/plain"));
    }

    @Test
    void inlineImageHasAContentIdWithoutBrackets() {
        Attachment image = Attachment.of("a.png", "image/png", new byte[0]);
        assertThat(image.inline("logo@here").contentId()).isEqualTo("logo@here");
        refused("attachment.contentId", "is not a content id", () -> image.inline("<logo>"));
        refused("attachment.contentId", "is not a content id", () -> image.inline("lo\r\ngo"));
        refused("attachment.contentId", "is missing", () -> image.inline(null));
    }

    // ---- priorities

    @ParameterizedTest
    @CsvSource({"0,IMMEDIATE", "1,HIGH", "2,MEDIUM", "3,LOW"})
    void priorityHasItsNumberOnTheWire(int level, Priority priority) {
        assertThat(priority.level()).isEqualTo(level);
        assertThat(Priority.ofLevel(level)).isEqualTo(priority);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 4})
    void refusesAPriorityThatIsNone(int level) {
        refused("priority", "is " + level + ", allowed is 0 to 3", () -> Priority.ofLevel(level));
    }

    // ---- events

    @Test
    void eventNamesAreThoseOfTheWire() {
        assertThat(Arrays.stream(EventType.values()).map(EventType::wireName))
                .containsExactly(
                        "queued",
                        "sent",
                        "deferred",
                        "error",
                        "in_doubt",
                        "cancelled",
                        "bounce",
                        "pec_acceptance",
                        "pec_delivery",
                        "pec_error",
                        "pec_relay",
                        "pec_delay",
                        "pec_timeout");
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void eventIsFoundByItsName(EventType type) {
        assertThat(EventType.ofWireName(type.wireName())).isEqualTo(type);
        assertThat(type.isPec()).isEqualTo(type.wireName().startsWith("pec_"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PEC_DELIVERY", "delivery", "", "pec_delivery "})
    void refusesAnEventThatIsNone(String name) {
        refused("event_type", "is unknown", () -> EventType.ofWireName(name));
    }

    // ---- details

    @Test
    void detailsComeBackFromJsonAsTheyWere() {
        EventData data = EventData.of("text", "àèì \"quoted\" \\ \n\t\u0001 \uD83D\uDE00")
                .with("empty", "")
                .with("int", 1)
                .with("long", Long.MAX_VALUE)
                .with("short", (short) 2)
                .with("byte", (byte) 3)
                .with("double", 1.5)
                .with("float", 2.5f)
                .with("flag", true);
        EventData back = EventData.fromJson(data.toJson());
        assertThat(back).isEqualTo(data).hasSameHashCodeAs(data);
        assertThat(back.toJson()).isEqualTo(data.toJson());
        assertThat(back.fields().keySet())
                .containsExactlyElementsOf(data.fields().keySet());
    }

    @Test
    void detailsLeaveOutWhatIsNotThere() {
        assertThat(EventData.of("a", null)).isEqualTo(EventData.NONE);
        assertThat(EventData.NONE.toJson()).isEqualTo("{}");
    }

    @Test
    void detailsReplaceAFieldInItsPlace() {
        assertThat(EventData.of("a", 1).with("b", 2).with("a", 3).toJson()).isEqualTo("{\"a\":3,\"b\":2}");
    }

    @Test
    void detailsDoNotChange() {
        EventData data = EventData.of("a", 1);
        data.with("b", 2);
        assertThat(data.fields()).containsOnlyKeys("a");
        assertThat(data.fields()).isUnmodifiable();
    }

    @Test
    void detailsAreReadAsText() {
        assertThat(EventData.of("a", 1).text("a")).contains("1");
        assertThat(EventData.of("a", 1).text("b")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "1", "null", "\"a\"", "{", "{\"a\":}"})
    void refusesDetailsThatAreNoObject(String json) {
        refused("event_data", "is not a JSON object", () -> EventData.fromJson(json));
    }

    // ---- refusals

    @Test
    void refusalQuotesAtMostTheBeginningOfAValue() {
        assertThat(InvalidValueException.quote("a".repeat(200))).isEqualTo("\"" + "a".repeat(80) + "…\"");
    }

    @Test
    void refusalMakesControlCharactersVisible() {
        assertThat(InvalidValueException.quote("a\r\nb")).isEqualTo("\"a\\u000d\\u000ab\"");
    }

    // ---- recipients and states

    @Test
    void recipientIsFoundWithoutRegardToCaseAndBlanks() {
        TrackedMessage message = Samples.pecMessage("m1", "Anna@pec.example");
        assertThat(message.recipient(" anna@PEC.example")).isPresent();
        assertThat(message.recipient("carla@pec.example")).isEmpty();
    }

    @Test
    void nextVersionChangesNothingButTheVersion() {
        TrackedMessage message = Samples.pecMessage("m1", "anna@pec.example");
        assertThat(message.next().build())
                .usingRecursiveComparison()
                .ignoringFields("version")
                .isEqualTo(message);
        assertThat(message.next().build().version()).isEqualTo(2);
    }

    @Test
    void trackedMessageShowsNoSubjectAndNoRecipientInItsText() {
        TrackedMessage message = Samples.pecMessage("m1", "anna@pec.example");
        assertThat(message.toString()).doesNotContain("Comunicazione", "anna");
    }

    @ParameterizedTest
    @EnumSource(
            value = MessageState.class,
            names = {"QUEUED", "SENDING", "DEFERRED", "IN_DOUBT"})
    void messageOnItsWayIsNotFinishedWhateverItsRecipients(MessageState state) {
        TrackedMessage message = Samples.pecMessage("m1");
        assertThat(message.next().state(state).build().isFinished()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(RecipientState.class)
    void acceptedMessageIsFinishedWhenNoRecipientIsOpen(RecipientState state) {
        TrackedMessage message = Samples.pecMessage("m1", "anna@pec.example");
        TrackedMessage accepted = message.next()
                .state(MessageState.ACCEPTED)
                .recipients(List.of(message.recipients().get(0).become(state, null, null, Samples.NOW)))
                .build();
        assertThat(accepted.isFinished()).isEqualTo(!state.isOpen());
    }
}
