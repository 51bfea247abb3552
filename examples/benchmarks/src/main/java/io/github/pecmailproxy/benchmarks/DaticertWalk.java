package io.github.pecmailproxy.benchmarks;

import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import java.io.IOException;
import java.io.InputStream;

/** The walk through the parts of a mail of Jakarta Mail to the decoded content of {@code daticert.xml}. */
final class DaticertWalk {
    private DaticertWalk() {}

    /** Returns the content, empty when there is none. */
    static byte[] find(Part part) throws MessagingException, IOException {
        if (part.isMimeType("multipart/*")) {
            Multipart multipart = (Multipart) part.getContent();
            for (int i = 0; i < multipart.getCount(); i++) {
                byte[] found = find(multipart.getBodyPart(i));
                if (found.length > 0) {
                    return found;
                }
            }
        } else if ("daticert.xml".equalsIgnoreCase(part.getFileName())) {
            try (InputStream content = part.getInputStream()) {
                return content.readAllBytes();
            }
        }
        return new byte[0];
    }
}
