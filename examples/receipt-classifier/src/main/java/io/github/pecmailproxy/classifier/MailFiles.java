package io.github.pecmailproxy.classifier;

import io.github.pecmailproxy.pec.MailHead;
import io.github.pecmailproxy.pec.PecMail;
import io.github.pecmailproxy.pec.PecReceiptParser;
import io.github.pecmailproxy.pec.Problem;
import io.github.pecmailproxy.pec.ProblemCode;
import io.github.pecmailproxy.pec.SignatureCheck;
import io.github.pecmailproxy.pec.UnreadableMail;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The files that hold mails. A file that is named is read whatever it is called; in a folder those count that are called like
 * mails or mailboxes. What is inside decides how a file is read: gzip by its first bytes, a mailbox by its first line.
 */
final class MailFiles {
    private static final byte[] MAILBOX_START = "From ".getBytes(StandardCharsets.US_ASCII);
    private static final int GZIP_FIRST = 0x1f;
    private static final int GZIP_SECOND = 0x8b;
    private static final List<String> SUFFIXES = List.of(".eml", ".eml.gz", ".mbox", ".mbox.gz");

    private final List<Path> files;

    private MailFiles(List<Path> files) {
        this.files = files;
    }

    /** Finds the files at some paths; folders are searched in depth, in the order of names. */
    static MailFiles find(List<Path> paths) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Path path : paths) {
            if (!Files.isDirectory(path)) {
                files.add(path);
                continue;
            }
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                private final List<Path> unsorted = new ArrayList<>();

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    if (isMail(file) && !attributes.isDirectory()) {
                        unsorted.add(file);
                    }
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException reason) {
                    // Reading it will fail as well, and then it is told among the mails.
                    unsorted.add(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException reason) {
                    if (directory.equals(path)) {
                        unsorted.stream().sorted().forEach(files::add);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return new MailFiles(files);
    }

    private static boolean isMail(Path file) {
        String name =
                file.getFileName() == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.equals("mbox") || SUFFIXES.stream().anyMatch(name::endsWith);
    }

    int count() {
        return files.size();
    }

    /** Takes a mail, and tells whether it was read. */
    @FunctionalInterface
    interface Sink {
        /** Takes a mail. */
        boolean take(ClassifiedMail mail) throws IOException;
    }

    /** Reads all files. Returns whether every mail in them could be read. */
    boolean read(PecReceiptParser parser, Sink sink, ProgressBar bar) throws IOException {
        boolean allRead = true;
        for (Path file : files) {
            allRead &= readFile(file, parser, sink);
            bar.step();
        }
        return allRead;
    }

    private static boolean readFile(Path file, PecReceiptParser parser, Sink sink) throws IOException {
        ReadingSink reading = new ReadingSink(file, parser, sink);
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
                InputStream content = plain(raw)) {
            reading.read(content);
        } catch (IOException unreadable) {
            if (reading.sinkFailed) {
                throw unreadable;
            }
            Problem problem = new Problem(ProblemCode.NOT_A_MAIL, "the file cannot be read: " + unreadable);
            PecMail nothing = new UnreadableMail(emptyHead(), SignatureCheck.NOT_CHECKED, List.of(problem));
            reading.take(file.toString(), nothing);
        }
        return reading.allRead;
    }

    private static MailHead emptyHead() {
        return PecReceiptParser.create().parse(new byte[0]).head();
    }

    private static InputStream plain(InputStream raw) throws IOException {
        raw.mark(2);
        boolean compressed = raw.read() == GZIP_FIRST && raw.read() == GZIP_SECOND;
        raw.reset();
        return compressed ? new BufferedInputStream(new GZIPInputStream(raw)) : raw;
    }

    /** Hands on the mails of one file, and keeps failures of the file apart from those of who takes them. */
    private static final class ReadingSink {
        private final Path file;
        private final PecReceiptParser parser;
        private final Sink sink;
        private boolean allRead = true;
        private boolean sinkFailed;

        ReadingSink(Path file, PecReceiptParser parser, Sink sink) {
            this.file = file;
            this.parser = parser;
            this.sink = sink;
        }

        void read(InputStream content) throws IOException {
            content.mark(MAILBOX_START.length);
            boolean mailbox = Arrays.equals(content.readNBytes(MAILBOX_START.length), MAILBOX_START);
            content.reset();
            if (!mailbox) {
                take(file.toString(), parser.parse(content));
                return;
            }
            Mailbox mails = new Mailbox(content);
            int number = 0;
            for (InputStream mail = mails.next(); mail != null; mail = mails.next()) {
                take(file + "#" + ++number, parser.parse(mail));
            }
        }

        void take(String name, PecMail mail) throws IOException {
            try {
                allRead &= sink.take(new ClassifiedMail(name, mail));
            } catch (IOException failed) {
                sinkFailed = true;
                throw failed;
            }
        }
    }
}
