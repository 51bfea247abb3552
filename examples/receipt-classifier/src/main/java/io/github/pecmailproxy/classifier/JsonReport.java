package io.github.pecmailproxy.classifier;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.io.PrintStream;

/** Prints one JSON object a line, as soon as it is known. */
final class JsonReport implements MailReport {
    private final PrintStream out;
    private final ObjectWriter writer = new ObjectMapper().writer();

    JsonReport(PrintStream out) {
        this.out = out;
    }

    @Override
    public void add(ClassifiedMail mail) throws IOException {
        out.println(writer.writeValueAsString(MailFields.of(mail)));
    }

    @Override
    public void finish() {}
}
