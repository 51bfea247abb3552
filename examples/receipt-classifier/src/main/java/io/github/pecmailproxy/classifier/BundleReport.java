package io.github.pecmailproxy.classifier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.pecmailproxy.evidence.EvidenceCheck;
import io.github.pecmailproxy.evidence.EvidenceVerification;
import io.github.pecmailproxy.evidence.OriginalProof;
import io.github.pecmailproxy.evidence.ProvenEvent;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints what came of verifying a bundle. */
final class BundleReport {
    private final String file;
    private final EvidenceVerification verification;

    BundleReport(String file, EvidenceVerification verification) {
        this.file = file;
        this.verification = verification;
    }

    /** Prints for people: every check, what is proven, and the conclusion. */
    void print(PrintStream out) {
        for (EvidenceCheck check : verification.checks()) {
            String where = check.file().isEmpty() ? "" : check.file() + ": ";
            out.printf(
                    Locale.ROOT,
                    "%-6s  %-12s  %s%s%n",
                    check.passed() ? "ok" : "FAILED",
                    check.rule().wireName(),
                    where,
                    check.detail());
        }
        out.println();
        for (ProvenEvent event : verification.proven()) {
            out.println("proven  " + event.event().wireName()
                    + event.recipient()
                            .map(recipient -> " " + printable(recipient))
                            .orElse("") + " at " + event.time()
                    + ", signed by " + printable(event.signer()));
        }
        if (!verification.proven().isEmpty()) {
            out.println("        " + explain(verification.originalProof()));
        }
        long failures = verification.failures().size();
        if (failures > 0) {
            out.println("FAILED  " + printable(file) + ": " + failures + (failures == 1 ? " check" : " checks")
                    + " failed");
        } else if (verification.proven().isEmpty()) {
            out.println("ok      " + printable(file) + ": everything holds, and no receipt proves anything yet");
        } else {
            out.println("ok      " + printable(file) + ": everything holds");
        }
    }

    private static String explain(OriginalProof proof) {
        return switch (proof) {
            case SIGNED_COPY -> "a receipt holds a signed copy of the message, and it is the original";
            case ATTACHMENT_HASHES ->
                "a receipt holds the signed hashes of the attachments, and they are the original's";
            case RECORDED_HASH ->
                "no receipt says what was in the message: its body rests on the hash that its sender recorded";
        };
    }

    /** Prints one JSON object. */
    void printJson(PrintStream out) throws JsonProcessingException {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("file", file);
        object.put("holds", verification.holds());
        object.put("original_proof", verification.originalProof().name().toLowerCase(Locale.ROOT));
        object.put(
                "proven",
                verification.proven().stream().map(BundleReport::fields).toList());
        object.put(
                "checks",
                verification.checks().stream().map(BundleReport::fields).toList());
        out.println(new ObjectMapper().writeValueAsString(object));
    }

    private static Map<String, @Nullable Object> fields(ProvenEvent event) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("event_type", event.event().wireName());
        fields.put("recipient", event.recipient().orElse(null));
        fields.put("timestamp", event.time().getEpochSecond());
        fields.put("original_message_id", event.originalMessageId());
        fields.put("provider", event.provider().orElse(null));
        fields.put("signer", event.signer());
        fields.put("file", event.file());
        return fields;
    }

    private static Map<String, @Nullable Object> fields(EvidenceCheck check) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("rule", check.rule().wireName());
        fields.put("file", check.file());
        fields.put("passed", check.passed());
        fields.put("detail", check.detail());
        return fields;
    }

    /** Names from mails cannot write to the terminal. */
    private static String printable(String text) {
        return TableReport.text(text);
    }
}
