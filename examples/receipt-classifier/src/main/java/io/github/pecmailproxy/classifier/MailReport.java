package io.github.pecmailproxy.classifier;

import java.io.IOException;

/** Tells what was found. */
interface MailReport {
    /** Takes a mail. */
    void add(ClassifiedMail mail) throws IOException;

    /** Tells what is to be told at the end. */
    void finish() throws IOException;
}
