package io.github.pecmailproxy.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Delivers mails into the Maildir of one user of a {@link LocalServer#dovecot}, as a delivery does. Not thread-safe. */
final class MailDrop {
    private final Path maildir;
    private long delivered;

    /**
     * Creates the user's empty mailbox.
     *
     * @param server the folder of the server
     * @param user the user
     */
    MailDrop(Path server, String user) throws IOException, InterruptedException {
        Path home = server.resolve("mail").resolve(user);
        maildir = home.resolve("Maildir");
        for (String part : List.of("tmp", "new", "cur")) {
            Files.createDirectories(maildir.resolve(part));
        }
        LocalServer.giveToMail(home);
    }

    /** Puts a mail where Dovecot finds it as a new one. */
    void deliver(byte[] mail) throws IOException {
        // Dovecot numbers new mails in the order of these names.
        String name = "%d.M%09dP1.benchmark,S=%d,W=%d"
                .formatted(System.currentTimeMillis() / 1000, delivered++, mail.length, mail.length);
        Path written = Files.write(maildir.resolve("tmp").resolve(name), mail);
        LocalServer.readableByMail(written);
        Files.move(written, maildir.resolve("new").resolve(name));
    }
}
