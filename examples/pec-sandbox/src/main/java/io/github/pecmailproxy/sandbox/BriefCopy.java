package io.github.pecmailproxy.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Makes the copy of a message that a brief delivery receipt carries: each named part replaced by its SHA-1 (RFC 6109 section
 * 3.3.2.2). The hash is of the decoded content, which a sender can compare with the file it sent.
 */
final class BriefCopy {
    private BriefCopy() {}

    static byte[] of(byte[] message) {
        MimePart root = MimePart.parse(message);
        String type = root.contentType().value();
        // an opaque S/MIME message has no parts that could be told apart
        if (type.equals("application/pkcs7-mime") || type.equals("application/x-pkcs7-mime")) {
            return message;
        }
        MailText out = new MailText(message.length);
        int position;
        if (root.isMultipart()) {
            position = copyWithHashes(root, out, 0);
        } else if (isReplaced(root)) {
            for (MailHeaders.Field field : root.headers().fields()) {
                if (!MailHeaders.isNamed(
                        field,
                        "Content-Type",
                        "Content-Disposition",
                        "Content-Transfer-Encoding",
                        "Content-ID",
                        "Content-Description")) {
                    out.fields(java.util.List.of(field));
                }
            }
            hashPart(root, out);
            position = message.length;
        } else {
            position = 0;
        }
        out.raw(java.util.Arrays.copyOfRange(message, position, message.length));
        return out.toBytes();
    }

    /** Copies from {@code position} up to the end of the last replaced part; returns where the copying stopped. */
    private static int copyWithHashes(MimePart multipart, MailText out, int position) {
        int copied = position;
        // the signature part of a signed message must stay as it is, so only its first part is looked at
        int considered = multipart.contentType().value().equals("multipart/signed")
                ? 1
                : multipart.children().size();
        for (MimePart child : multipart.children().subList(0, considered)) {
            if (isReplaced(child)) {
                out.raw(java.util.Arrays.copyOfRange(multipart.mail(), copied, child.start()));
                hashPart(child, out);
                copied = child.end();
            } else if (child.isMultipart()) {
                copied = copyWithHashes(child, out, copied);
            }
        }
        return copied;
    }

    private static boolean isReplaced(MimePart part) {
        return part.isMessage() || !part.isMultipart() && part.fileName().isPresent();
    }

    private static void hashPart(MimePart part, MailText out) {
        String name = part.fileName().orElse("messaggio.eml") + ".hash";
        boolean ascii = name.chars().allMatch(c -> c >= ' ' && c < 127);
        String parameter = ascii
                ? "=\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\""
                : "*=UTF-8''" + percentEncoded(name);
        out.line("Content-Type: text/plain; charset=us-ascii; name" + parameter)
                .line("Content-Disposition: attachment; filename" + parameter)
                .line("Content-Transfer-Encoding: 7bit")
                .line()
                .raw(TransferEncodings.ascii(sha1(part.decodedBody())));
    }

    private static String percentEncoded(String name) {
        StringBuilder out = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b > 0 && (Character.isLetterOrDigit(b) || "-._".indexOf(b) >= 0);
            out.append(plain ? String.valueOf((char) b) : String.format(java.util.Locale.ROOT, "%%%02X", b & 0xFF));
        }
        return out.toString();
    }

    private static String sha1(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-1", e);
        }
    }
}
