package io.github.pecmailproxy.pec;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks one mail from front to back and keeps the few parts that matter: those which stand exactly where a provider puts them
 * (facts 2.3). That is, the direct children of the mixed part that is the signed content; whatever else is called
 * {@code daticert.xml}, above all below {@code message/rfc822}, is passed over unseen. Not thread-safe.
 */
final class MailScan {
    private static final String DATICERT = "daticert.xml";

    /** What the RFC's English text calls it (facts 1.1). */
    private static final String CERTDATA = "certdata.xml";

    private final MailWindow window;
    private final ParserLimits limits;
    private final boolean digestsWanted;
    private final OpaqueContent opaqueContent;
    private final Problems problems;

    private HeaderSection header = HeaderSection.of(ByteSlice.EMPTY);
    private boolean marked;
    private boolean signed;
    private boolean opaque;
    private boolean rewrapped;
    private boolean report;
    private @Nullable ByteSlice signedContent;
    private @Nullable ContentDigests digests;
    private @Nullable MailPart signature;
    private @Nullable MailPart daticert;
    private @Nullable MailPart unnamedXml;
    private @Nullable MailPart evidence;
    private @Nullable MailPart attached;
    private boolean attachedByName;
    private @Nullable MailPart deliveryStatus;
    private @Nullable MailPart returned;

    MailScan(
            MailWindow window,
            ParserLimits limits,
            boolean digestsWanted,
            OpaqueContent opaqueContent,
            Problems problems) {
        this.window = window;
        this.limits = limits;
        this.digestsWanted = digestsWanted;
        this.opaqueContent = opaqueContent;
        this.problems = problems;
    }

    void scan() throws IOException {
        header = readHeader();
        if (header.isEmpty()) {
            return;
        }
        marked = header.first("X-Ricevuta") != null
                || header.first("X-Trasporto") != null
                || header.first("REM-EventIdentifier") != null
                || header.first("REM-MessageType") != null;
        HeaderParameters type = HeaderParameters.of(header.first("Content-Type"));
        switch (type.value()) {
            case "multipart/signed" -> scanSigned(type);
            case "multipart/report" -> scanReport(type);
            case "application/pkcs7-mime", "application/x-pkcs7-mime" -> scanOpaque(type);
            default -> {
                if (marked && type.value().startsWith("multipart/")) {
                    scanMixed(type, true);
                } else if (marked && isMail(type.value())) {
                    keepAttached(header, type, false);
                }
            }
        }
        if (window.isOverLimit()) {
            problems.add(ProblemCode.LIMIT_EXCEEDED, "the mail is longer than " + limits.maxMailBytes() + " bytes");
        }
    }

    private HeaderSection readHeader() throws IOException {
        ByteSlice slice = window.readHeader(limits.maxHeaderBytes());
        if (!slice.isComplete()) {
            problems.add(
                    ProblemCode.LIMIT_EXCEEDED,
                    "a header section is longer than " + limits.maxHeaderBytes() + " bytes");
        }
        return HeaderSection.of(slice);
    }

    /** Enters a multipart and goes to its first delimiter. Returns its level, or -1 when it has none. */
    private int enter(HeaderParameters type) throws IOException {
        @Nullable String boundary = type.first("boundary");
        int level = boundary == null || type.isAmbiguous("boundary") ? -1 : window.enter(boundary);
        if (level < 0) {
            problems.add(ProblemCode.MIME_MALFORMED, "a multipart has no usable boundary");
            window.seek();
            return -1;
        }
        window.seek();
        if (window.stop() != level) {
            problems.add(ProblemCode.MIME_MALFORMED, "a multipart has no part");
        }
        return level;
    }

    /** Goes on to the next part of a level. Returns false at its end. */
    private boolean nextPart(int level, int index) throws IOException {
        window.seek();
        if (window.stop() != level || window.isClosing()) {
            return false;
        }
        if (index == limits.maxParts()) {
            problems.add(ProblemCode.LIMIT_EXCEEDED, "a multipart has more than " + index + " parts");
        }
        window.passDelimiter();
        return true;
    }

    /** Leaves a multipart; its epilogue is passed over by whoever seeks next. */
    private void leave(int level) throws IOException {
        if (window.stop() == level) {
            window.passDelimiter();
        } else {
            problems.add(ProblemCode.MIME_MALFORMED, "a multipart has no end");
        }
        window.leave();
    }

    private void scanSigned(HeaderParameters type) throws IOException {
        signed = isSignature(HeaderSection.lowerCase(orEmpty(type.first("protocol"))));
        int level = enter(type);
        if (level < 0) {
            return;
        }
        for (int index = 0; nextPart(level, index); index++) {
            if (index == 0) {
                scanSignedContent(type.first("micalg"));
            } else if (index < limits.maxParts()) {
                HeaderSection part = readHeader();
                HeaderParameters partType = HeaderParameters.of(part.first("Content-Type"));
                if (signature == null && isSignature(partType.value())) {
                    signed = true;
                    signature = keep(part, partType, limits.maxSignatureBytes());
                    reportCut(signature, "signature", limits.maxSignatureBytes());
                }
            }
        }
        leave(level);
    }

    private void scanSignedContent(@Nullable String micalg) throws IOException {
        int start = window.position();
        @Nullable ContentDigests running = null;
        if (digestsWanted && !window.isArray()) {
            running = ContentDigests.announced(micalg);
            window.startDigests(running);
        }
        HeaderSection part = readHeader();
        HeaderParameters type = HeaderParameters.of(part.first("Content-Type"));
        if (type.value().startsWith("multipart/")) {
            scanMixed(type, false);
        } else if (marked && isMail(type.value())) {
            keepAttached(part, type, false);
        }
        window.seek();
        if (running != null) {
            window.endDigests();
            running.finish();
            digests = running;
        } else if (window.isArray()) {
            int length = window.position() - start;
            signedContent = new ByteSlice(window.array(), start, length, length);
        }
    }

    /** Looks at the direct children of the mixed part; only there lies what the provider put in. */
    private void scanMixed(HeaderParameters type, boolean outermost) throws IOException {
        if (!marked) {
            return;
        }
        int level = enter(type);
        if (level < 0) {
            return;
        }
        for (int index = 0; nextPart(level, index); index++) {
            if (index >= limits.maxParts()) {
                continue;
            }
            HeaderSection part = readHeader();
            HeaderParameters partType = HeaderParameters.of(part.first("Content-Type"));
            if (outermost && partType.value().equals("multipart/signed") && !rewrapped) {
                // A gateway or list put its own part around: what is inside is shown, but proves nothing (facts 6.34).
                rewrapped = true;
                problems.add(ProblemCode.REWRAPPED, "the signed mail lies inside another multipart");
                scanSigned(partType);
            } else if (!partType.value().startsWith("multipart/")) {
                scanChild(part, partType);
            }
        }
        leave(level);
    }

    private void scanChild(HeaderSection part, HeaderParameters type) throws IOException {
        HeaderParameters disposition = HeaderParameters.of(part.first("Content-Disposition"));
        boolean mail = isMail(type.value());
        if (!mail && isNamed(type, disposition, DATICERT, CERTDATA)) {
            if (daticert != null) {
                problems.add(ProblemCode.DATICERT_DUPLICATE, "the signed part holds more than one daticert.xml");
                return;
            }
            daticert = keep(part, type, limits.maxCertificationBytes());
            reportCut(daticert, DATICERT, limits.maxCertificationBytes());
            return;
        }
        @Nullable String section = part.first("REM-Section-Type");
        if (!mail && section != null && HeaderSection.lowerCase(section).endsWith("/xml_evidence")) {
            if (evidence != null) {
                problems.add(ProblemCode.DATICERT_DUPLICATE, "the signed part holds more than one evidence");
                return;
            }
            evidence = keep(part, type, limits.maxCertificationBytes());
            reportCut(evidence, "evidence", limits.maxCertificationBytes());
            return;
        }
        boolean named = isNamed(type, disposition, "postacert.eml", "postacert.eml");
        if (mail || named) {
            if (attached == null || (named && !attachedByName)) {
                keepAttached(part, type, named);
            }
            return;
        }
        boolean xml = type.value().equals("application/xml") || type.value().equals("text/xml");
        if (xml && unnamedXml == null && type.first("name") == null && disposition.first("filename") == null) {
            unnamedXml = keep(part, type, limits.maxCertificationBytes());
        }
    }

    private void keepAttached(HeaderSection part, HeaderParameters type, boolean named) throws IOException {
        int most = window.isArray()
                ? Integer.MAX_VALUE
                : Math.max(limits.maxRetainedOriginalBytes(), limits.maxHeaderBytes());
        attached = keep(part, type, most);
        attachedByName = named;
    }

    private void scanReport(HeaderParameters type) throws IOException {
        report = true;
        int level = enter(type);
        if (level < 0) {
            return;
        }
        for (int index = 0; nextPart(level, index); index++) {
            if (index >= limits.maxParts()) {
                continue;
            }
            HeaderSection part = readHeader();
            HeaderParameters partType = HeaderParameters.of(part.first("Content-Type"));
            switch (partType.value()) {
                case "message/delivery-status", "message/global-delivery-status" -> {
                    if (deliveryStatus == null) {
                        deliveryStatus = keep(part, partType, limits.maxCertificationBytes());
                        reportCut(deliveryStatus, "delivery status", limits.maxCertificationBytes());
                    }
                }
                case "message/rfc822",
                        "message/global",
                        "text/rfc822-headers",
                        // Not registered, and in use.
                        "message/rfc822-headers",
                        "message/global-headers" -> {
                    if (returned == null) {
                        returned = keep(part, partType, limits.maxHeaderBytes());
                    }
                }
                default -> {}
            }
        }
        leave(level);
    }

    /** Looks inside an opaque signature; no provider makes one, so what is inside is shown, but proves nothing (facts 1.2). */
    private void scanOpaque(HeaderParameters type) throws IOException {
        @Nullable String content = type.first("smime-type");
        if (content != null && !HeaderSection.lowerCase(content).startsWith("signed-")) {
            // Encrypted, compressed or certificates only (RFC 8551 section 3.2.2): nobody has signed it.
            return;
        }
        opaque = true;
        signed = true;
        int most = Math.max(limits.maxSignatureBytes(), limits.maxBufferedBytes());
        MailPart cms = keep(header, type, most);
        signature = cms;
        reportCut(cms, "signature", most);
        if (!marked) {
            return;
        }
        problems.add(ProblemCode.REWRAPPED, "the mail lies inside its signature");
        Optional<byte[]> entity = opaqueContent.unwrap(cms.decode().bytes());
        if (entity.isPresent()) {
            MailScan inside = new MailScan(
                    new MailWindow(entity.get(), limits.maxMailBytes()), limits, false, opaqueContent, problems);
            inside.marked = true;
            inside.scanSignedContent(null);
            daticert = inside.daticert;
            unnamedXml = inside.unnamedXml;
            evidence = inside.evidence;
            attached = inside.attached;
        }
    }

    private MailPart keep(HeaderSection part, HeaderParameters type, int maxBytes) throws IOException {
        window.startCapture(maxBytes);
        window.seek();
        ByteSlice content = window.endCapture();
        String encoding = HeaderSection.lowerCase(orEmpty(part.first("Content-Transfer-Encoding")));
        return new MailPart(content, encoding, type.first("charset"));
    }

    private void reportCut(@Nullable MailPart part, String name, int maxBytes) {
        if (part != null && !part.content().isComplete()) {
            problems.add(ProblemCode.LIMIT_EXCEEDED, "the " + name + " is longer than " + maxBytes + " bytes");
        }
    }

    private static String orEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }

    private static boolean isMail(String type) {
        return type.equals("message/rfc822") || type.equals("message/global");
    }

    /** Both names are in use on the wire (facts 1.6). */
    private static boolean isSignature(String type) {
        return type.equals("application/pkcs7-signature") || type.equals("application/x-pkcs7-signature");
    }

    private static boolean isNamed(HeaderParameters type, HeaderParameters disposition, String one, String other) {
        return type.has("name", one)
                || disposition.has("filename", one)
                || type.has("name", other)
                || disposition.has("filename", other);
    }

    /** The outermost header. */
    HeaderSection header() {
        return header;
    }

    /** Whether the mail is multipart/report. */
    boolean isReport() {
        return report;
    }

    /** Whether there is an S/MIME signature, or what says it is one. */
    boolean isSigned() {
        return signed;
    }

    /** Whether the signed mail lies inside its signature. */
    boolean isOpaque() {
        return opaque;
    }

    /** Whether the signed mail lies inside another multipart. */
    boolean isRewrapped() {
        return rewrapped;
    }

    /** The exact bytes under the signature; null when the mail went by. */
    @Nullable
    ByteSlice signedContent() {
        return signedContent;
    }

    /** The digests of what is under the signature; null when the mail is in memory. */
    @Nullable
    ContentDigests digests() {
        return digests;
    }

    @Nullable
    MailPart signature() {
        return signature;
    }

    /** The daticert: the one of that name, else the only XML part without a name. */
    @Nullable
    MailPart daticert() {
        return daticert != null ? daticert : unnamedXml;
    }

    /** The REM evidence: the one marked so, else the only XML part without a name. */
    @Nullable
    MailPart evidence() {
        return evidence != null ? evidence : unnamedXml;
    }

    /** The original, or the wrapped mail. */
    @Nullable
    MailPart attached() {
        return attached;
    }

    @Nullable
    MailPart deliveryStatus() {
        return deliveryStatus;
    }

    @Nullable
    MailPart returned() {
        return returned;
    }
}
