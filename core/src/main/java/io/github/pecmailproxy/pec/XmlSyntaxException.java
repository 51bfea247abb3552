package io.github.pecmailproxy.pec;

/** The XML is not well-formed, or has what a certification must not have. Without stack trace: it is an answer, not a defect. */
final class XmlSyntaxException extends Exception {
    private static final long serialVersionUID = 1L;

    XmlSyntaxException(String message) {
        super(message, null, false, false);
    }
}
