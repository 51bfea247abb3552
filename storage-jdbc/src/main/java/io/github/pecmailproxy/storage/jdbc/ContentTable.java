package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.store.StoredContent;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps contents in chunks, so that one of any size goes in and out in pieces. Immutable and thread-safe.
 *
 * @param table the table's name
 */
record ContentTable(String table) {
    static final ContentTable OF_MESSAGES = new ContentTable("message_content");
    static final ContentTable OF_RECEIPTS = new ContentTable("receipt_content");

    /** The size of every chunk but the last, in bytes. */
    static final int CHUNK_SIZE = 256 * 1024;

    /** How much is handed to the driver at once, in bytes: below every default limit on packets. */
    private static final int MOST_AT_ONCE = 1024 * 1024;

    /** A content to be written, with the number of its owner. */
    record Entry(long owner, StoredContent content) {}

    /**
     * Writes contents.
     *
     * @param entries the contents; each is read once, in chunks
     * @throws ContentFault if one cannot be read, or is not as long as it says
     */
    void write(Session session, List<Entry> entries) throws SQLException {
        List<Chunk> waiting = new ArrayList<>();
        int size = 0;
        for (Entry entry : entries) {
            try (InputStream in = entry.content().open()) {
                long left = entry.content().size();
                for (int number = 0; number == 0 || left > 0; number++) {
                    byte[] bytes = in.readNBytes((int) Math.min(CHUNK_SIZE, left));
                    if (bytes.length < Math.min(CHUNK_SIZE, left)) {
                        throw new ContentFault("the content ended before its size", null);
                    }
                    left -= bytes.length;
                    waiting.add(new Chunk(entry.owner(), number, bytes));
                    size += bytes.length;
                    if (size >= MOST_AT_ONCE) {
                        insert(session, waiting);
                        waiting.clear();
                        size = 0;
                    }
                }
                if (in.read() >= 0) {
                    throw new ContentFault("the content went on after its size", null);
                }
            } catch (IOException failure) {
                throw new ContentFault("the content could not be read", failure);
            }
        }
        insert(session, waiting);
    }

    private void insert(Session session, List<Chunk> chunks) throws SQLException {
        session.insert(
                "INSERT INTO {" + table + "} (owner_seq, chunk, bytes) VALUES (?, ?, ?)",
                chunks,
                (parameters, chunk) ->
                        parameters.number(chunk.owner).small(chunk.number).bytes(chunk.bytes));
    }

    void delete(Session session, Collection<Long> owners) throws SQLException {
        session.updateIn("DELETE FROM {" + table + "} WHERE owner_seq IN (:in)", Session.Binder.NONE, owners);
    }

    /** Reads one chunk. */
    Optional<byte[]> chunk(Session session, long owner, int number) throws SQLException {
        return session.first(
                "SELECT bytes FROM {" + table + "} WHERE owner_seq = ? AND chunk = ?",
                parameters -> parameters.number(owner).small(number),
                Row::bytes);
    }

    /** Reads the first chunk of each owner, which for contents up to {@link #CHUNK_SIZE} is all. */
    Map<Long, byte[]> firstChunks(Session session, Collection<Long> owners) throws SQLException {
        Map<Long, byte[]> chunks = new HashMap<>();
        session.listIn(
                        "SELECT owner_seq, bytes FROM {" + table + "} WHERE chunk = 0 AND owner_seq IN (:in)",
                        Session.Binder.NONE,
                        owners,
                        row -> Map.entry(row.number(), row.bytes()))
                .forEach(entry -> chunks.put(entry.getKey(), entry.getValue()));
        return chunks;
    }

    /** Reads a whole content that is no longer than a chunk into memory. */
    static byte[] bytes(StoredContent content) {
        try (InputStream in = content.open()) {
            byte[] bytes = in.readNBytes(CHUNK_SIZE + 1);
            if (bytes.length != content.size()) {
                throw new ContentFault("the content is not as long as its size", null);
            }
            return bytes;
        } catch (IOException failure) {
            throw new ContentFault("the content could not be read", failure);
        }
    }

    /** A piece of a content. Immutable. */
    private static final class Chunk {
        private final long owner;
        private final int number;
        private final byte[] bytes;

        Chunk(long owner, int number, byte[] bytes) {
            this.owner = owner;
            this.number = number;
            this.bytes = bytes;
        }
    }
}
