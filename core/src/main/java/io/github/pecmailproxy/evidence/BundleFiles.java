package io.github.pecmailproxy.evidence;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.regex.Pattern;

/** The files of a bundle, in a zip or in a folder. Whatever is listed has a safe name that a bundle may have. */
interface BundleFiles extends Closeable {
    /** The most files: a message to 1,000 recipients has some 3,000 receipts. */
    int MOST_FILES = 20_000;

    /** The largest file. */
    long LARGEST_FILE = 512L << 20;

    /** The largest file that is held in memory: an index, a text, a certificate. */
    int LARGEST_IN_MEMORY = 32 << 20;

    /** Names without anything that could leave the folder they are unpacked to or mean something to a shell. */
    Pattern SAFE_NAME = Pattern.compile("(index\\.json|verification\\.txt|SHA256SUMS|original\\.eml"
            + "|receipts/[0-9]{2,6}-[A-Za-z0-9@_+-][A-Za-z0-9@._+-]{0,180}\\.eml"
            + "|certificates/[0-9a-f]{16}\\.pem)");

    /** The names of all files, in no particular order. */
    List<String> names();

    /** Opens a file that is listed. */
    InputStream open(String name) throws IOException;

    /** Reads a small file. */
    default byte[] read(String name) throws IOException, BundleException {
        try (InputStream in = open(name)) {
            byte[] bytes = in.readNBytes(LARGEST_IN_MEMORY + 1);
            if (bytes.length > LARGEST_IN_MEMORY) {
                throw new BundleException(name + " is longer than " + LARGEST_IN_MEMORY + " bytes");
            }
            return bytes;
        }
    }
}
