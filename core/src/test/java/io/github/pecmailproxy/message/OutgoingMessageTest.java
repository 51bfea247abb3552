package io.github.pecmailproxy.message;

import static io.github.pecmailproxy.testing.WrongValue.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.pecmailproxy.pec.ReceiptFormat;
import java.io.ByteArrayInputStream;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a host may hand over, and how a slip is named. */
class OutgoingMessageTest {
    private static final Attachment FILE = Attachment.of("a.pdf", "application/pdf", new byte[] {1});

    @Test
    void hasDefaultsForAllThatIsNotRequired() {
        OutgoingMessage message = complete().build();
        assertThat(message.key()).isEqualTo(new MessageKey("default", "m1"));
        assertThat(message.subject()).isEmpty();
        assertThat(message.text()).isEmpty();
        assertThat(message.priority()).isEmpty();
        assertThat(message.attachments()).isEmpty();
        assertThat(message.headers()).isEmpty();
        assertThat(message.receiptFormat()).isEmpty();
    }

    @Test
    void keepsWhatItIsGiven() {
        Instant later = Instant.parse("2026-02-03T04:05:06Z");
        OutgoingMessage message = complete()
                .tenant("acme")
                .cc("carla@pec.example")
                .replyTo("dora@pec.example")
                .returnPath("bounces@pec.example")
                .subject("Comunicazione àèì")
                .text("uno")
                .html("<p>uno</p>")
                .attach(FILE)
                .header("X-One", "1")
                .priority(Priority.HIGH)
                .deferUntil(later)
                .batchCode("gennaio_%")
                .receiptFormat(ReceiptFormat.BREVE)
                .build();
        assertThat(message.key().tenant()).isEqualTo("acme");
        assertThat(message.cc()).containsExactly(MailAddress.of("carla@pec.example"));
        assertThat(message.replyTo()).containsExactly(MailAddress.of("dora@pec.example"));
        assertThat(message.returnPath()).contains(MailAddress.of("bounces@pec.example"));
        assertThat(message.subject()).isEqualTo("Comunicazione àèì");
        assertThat(message.text()).contains("uno");
        assertThat(message.html()).contains("<p>uno</p>");
        assertThat(message.attachments()).containsExactly(FILE);
        assertThat(message.headers()).containsEntry("X-One", "1");
        assertThat(message.priority()).contains(Priority.HIGH);
        assertThat(message.deferredUntil()).contains(later);
        assertThat(message.batchCode()).contains("gennaio_%");
        assertThat(message.receiptFormat()).contains(ReceiptFormat.BREVE);
    }

    @Test
    void doesNotChangeWhenItsBuilderGoesOn() {
        OutgoingMessage.Builder builder = complete();
        OutgoingMessage message = builder.build();
        builder.to("carla@pec.example").header("X-One", "1").attach(FILE);
        assertThat(message.to()).hasSize(1);
        assertThat(message.headers()).isEmpty();
        assertThat(message.attachments()).isEmpty();
    }

    @Test
    void namesTheFieldThatIsMissing() {
        refused(
                "id",
                "is missing",
                () -> OutgoingMessage.builder()
                        .account("pec")
                        .from("b@pec.example")
                        .to("a@pec.example")
                        .build());
        refused(
                "account",
                "is missing",
                () -> OutgoingMessage.builder()
                        .id("m1")
                        .from("b@pec.example")
                        .to("a@pec.example")
                        .build());
        refused(
                "from",
                "is missing",
                () -> OutgoingMessage.builder()
                        .id("m1")
                        .account("pec")
                        .to("a@pec.example")
                        .build());
        refused(
                "to",
                "names no recipient",
                () -> OutgoingMessage.builder()
                        .id("m1")
                        .account("pec")
                        .from("b@pec.example")
                        .build());
    }

    @Test
    void namesWhichOfSeveralRecipientsIsWrong() {
        refused("to[2]", "has no @", () -> complete().to("carla@pec.example", "dora"));
        refused("cc[0]", "has no @", () -> complete().cc("dora"));
        refused("bcc[0]", "has no @", () -> complete().bcc("dora"));
        refused("reply_to[0]", "has no @", () -> complete().replyTo("dora"));
        refused("return_path", "has no @", () -> complete().returnPath("dora"));
    }

    @Test
    void namesWhichOfSeveralRecipientsIsMissing() {
        refused("to[1]", "is missing", () -> complete().to((String) null));
    }

    @Test
    void addsNoneOfSeveralRecipientsWhenOneIsWrong() {
        OutgoingMessage.Builder builder = complete();
        refused("to[2]", "has no @", () -> builder.to("carla@pec.example", "dora"));
        assertThat(builder.build().to()).hasSize(1);
    }

    @Test
    void namesEveryValueThatIsNull() {
        refused("id", "is missing", () -> complete().id(null));
        refused("tenant", "is missing", () -> complete().tenant(null));
        refused("account", "is missing", () -> complete().account(null));
        refused("from", "is missing", () -> complete().from(null));
        refused("subject", "is missing", () -> complete().subject(null));
        refused("text", "is missing", () -> complete().text(null));
        refused("html", "is missing", () -> complete().html(null));
        refused("attachments[0]", "is missing", () -> complete().attach((Attachment) null));
        refused("headers", "is missing", () -> complete().header(null, "1"));
        refused("headers.X-One", "is missing", () -> complete().header("X-One", null));
        refused("mime", "is missing", () -> complete().mime((ContentSource) null));
        refused("priority", "is missing", () -> complete().priority(null));
        refused("deferred_ts", "is missing", () -> complete().deferUntil(null));
        refused("deferred_ts", "1970 to 9999", () -> complete().deferUntil(Instant.MAX));
        refused("deferred_ts", "1970 to 9999", () -> complete().deferUntil(Instant.MIN));
        refused("batch_code", "is missing", () -> complete().batchCode(null));
        refused("receipt_format", "is missing", () -> complete().receiptFormat(null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"uno\r\nBcc: x@pec.example", "uno\ndue", "uno\u0000", "uno\u0085due"})
    void refusesALineBreakInTheSubjectOrAHeader(String value) {
        refused("subject", "control character", () -> complete().subject(value));
        refused("headers.X-One", "control character", () -> complete().header("X-One", value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "X One", "X:One", "X-One\r\nBcc", "X-È"})
    void refusesWhatIsNoHeaderName(String name) {
        refused("headers", "has an invalid name", () -> complete().header(name, "1"));
    }

    @Test
    void refusesAHeaderThatIsGivenTwiceInAnyCase() {
        refused(
                "headers.x-one",
                "is given twice",
                () -> complete().header("X-One", "1").header("x-ONE", "2"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " m1", "m1 ", "m\n1"})
    void refusesAnIdThatIsNone(String id) {
        refused("id", "", () -> complete().id(id));
        refused("id", "", () -> new MessageKey("acme", id));
    }

    @Test
    void refusesWhatIsTooLong() {
        refused("id", "the limit is 200", () -> complete().id("m".repeat(201)));
        refused("tenant", "the limit is 64", () -> complete().tenant("t".repeat(65)));
        refused("account", "the limit is 64", () -> complete().account("a".repeat(65)));
        refused("batch_code", "the limit is 100", () -> complete().batchCode("b".repeat(101)));
    }

    @Test
    void takesWhatIsJustShortEnough() {
        assertThat(complete()
                        .id("m".repeat(200))
                        .batchCode("b".repeat(100))
                        .build()
                        .key()
                        .id())
                .hasSize(200);
    }

    @Test
    void refusesToMixAMimeMessageWithParts() {
        ContentSource mime = () -> new ByteArrayInputStream(new byte[0]);
        refused(
                "mime",
                "cannot be combined",
                () -> complete().mime(mime).text("uno").build());
        refused(
                "mime",
                "cannot be combined",
                () -> complete().mime(mime).html("uno").build());
        refused(
                "mime",
                "cannot be combined",
                () -> complete().mime(mime).attach(FILE).build());
        refused(
                "mime",
                "cannot be combined",
                () -> complete().mime(mime).header("X-One", "1").build());
        assertThat(complete().mime(mime).build().mime()).contains(mime);
    }

    @Test
    void showsNothingOfItsContentInItsText() {
        assertThat(complete().subject("riservato").text("riservato").build().toString())
                .doesNotContain("riservato");
    }

    private static OutgoingMessage.Builder complete() {
        return OutgoingMessage.builder()
                .id("m1")
                .account("pec")
                .from("bruno@pec.example")
                .to("anna@pec.example");
    }
}
