package io.github.pecmailproxy.evidence;

import io.github.pecmailproxy.pec.OpaqueContent;
import io.github.pecmailproxy.pec.SignatureVerifier;
import io.github.pecmailproxy.pec.trust.ProviderTrust;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Verifies what {@link MessageEvidence} exported, without store, engine and network.
 *
 * <p>A byte that differs anywhere is found by the hashes. Whoever edits a bundle can write new hashes too, so nothing in it is believed
 * because it says so:
 *
 * <ul>
 *   <li>the signed part of every receipt must verify with a trusted provider's signature, and what the index says of a receipt
 *       must follow from it
 *   <li>Message-ID, sender, recipients and subject of the original must be those that the receipts certify
 *   <li>where a receipt holds a copy of the original, or the hashes of its attachments, the original must agree with it
 *   <li>the index must be written as an index is written, and the text for people must follow from it word for word
 *   <li>every certified event must have the receipt that proves it; state, reason, detail and time of every recipient are derived from
 *       the receipts by the engine's own rules ({@link CertifiedOutcome}), and a receipt that is proof may not be passed over or denied;
 *       a failure that no receipt certifies must be among the events
 * </ul>
 *
 * <p>What no signature covers cannot be proven, by this library or any other, once hashes are rewritten with it: the body of the
 * original where no receipt holds a copy or hashes of it ({@link EvidenceVerification#originalProof()} tells); header fields of the original
 * that receipts do not certify and that providers change; the outer header fields of receipts; mailbox, UID, times of arrival, failures
 * that the sender's own system noted before a provider took the message (the text marks them), and events that do not come from a receipt; and whether a receipt was left out. Those rest on whoever exported the bundle. To bind
 * them as well, keep the hash of the whole file, or have it timestamped, when it is exported.
 *
 * <p>A zip is refused when it has entries that no bundle has, twice, or with names that leave the folder; when its directory and its
 * contents disagree; and when it is compressed beyond all reason. A bundle that was unpacked, or packed again, verifies as well. Nothing is
 * unpacked. Memory is bounded by the longest original, of {@value #LONGEST_ORIGINAL} bytes at most, and one copy of it.
 *
 * <p>Stateless and thread-safe.
 *
 * @since 0.1.0
 */
public final class EvidenceBundle {
    /** The longest original that is compared with its receipts, in bytes: 128 MiB, more than any provider takes (facts 1.4). */
    public static final int LONGEST_ORIGINAL = ReceiptReader.LONGEST_COMPARED;

    /** The largest bundle that is read from a stream, in bytes: 16 GiB. */
    public static final long LARGEST_STREAM = 16L << 30;

    private EvidenceBundle() {}

    /**
     * Verifies a bundle.
     *
     * @param bundle the zip; or a folder: one that a zip was unpacked to, or one with nothing but mails ({@code .eml}, at any depth), of
     *     which every receipt must be proof and agree with the original it speaks of, where that is there
     * @param trust whose signatures count
     * @return what was found; never null
     * @throws IOException if the file cannot be read; never for what it contains
     */
    public static EvidenceVerification verify(Path bundle, ProviderTrust trust) throws IOException {
        return verify(bundle, trust.verifier(), trust.opaqueContent());
    }

    /**
     * Verifies a bundle that comes from somewhere else than a file. It is copied to a temporary file meanwhile.
     *
     * @param zip the zip, read to its end and not closed
     * @param trust whose signatures count
     * @return what was found; never null
     * @throws IOException if the stream cannot be read, is longer than {@link #LARGEST_STREAM}, or the temporary file cannot be written
     */
    public static EvidenceVerification verify(InputStream zip, ProviderTrust trust) throws IOException {
        Path copy = Files.createTempFile("evidence-", ".zip");
        try {
            copy(zip, copy);
            return verify(copy, trust);
        } finally {
            Files.delete(copy);
        }
    }

    private static void copy(InputStream zip, Path copy) throws IOException {
        long copied = Files.copy(new BoundedStream(zip, LARGEST_STREAM), copy, StandardCopyOption.REPLACE_EXISTING);
        if (copied == 0) {
            throw new IOException("there is no bundle: the stream is empty");
        }
    }

    /**
     * Verifies a bundle with a verifier of the host's own.
     *
     * @param bundle the zip or folder
     * @param verifier judges signatures
     * @param opaqueContent gets at what is inside opaque signatures, which is never proof; {@link OpaqueContent#none()} will do
     * @return what was found; never null
     * @throws IOException if the file cannot be read; never for what it contains
     */
    public static EvidenceVerification verify(Path bundle, SignatureVerifier verifier, OpaqueContent opaqueContent)
            throws IOException {
        ReceiptReader reader = ReceiptReader.of(verifier, opaqueContent);
        boolean folder = Files.isDirectory(bundle);
        if (folder && !Files.exists(bundle.resolve(BundleFile.INDEX))) {
            return new MailFolderVerifier(bundle, reader).verify();
        }
        if (!folder && !Files.isReadable(bundle)) {
            throw new IOException(bundle + " is not there or cannot be read");
        }
        try (BundleFiles files = folder ? FolderBundle.open(bundle) : ZipBundle.open(bundle)) {
            return new BundleVerifier(files, reader).verify();
        } catch (BundleException refused) {
            Report report = new Report();
            report.failed(EvidenceRule.CONTAINER, "", String.valueOf(refused.getMessage()));
            return report.result();
        }
    }
}
