package io.github.pecmailproxy.rest;

import io.github.pecmailproxy.credentials.EncryptionKeys;
import io.github.pecmailproxy.credentials.UnreadableSettingsException;
import io.github.pecmailproxy.message.InvalidValueException;
import io.github.pecmailproxy.message.MessageKey;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The tenants: where their reports go, and the hash of the token by which each is known. Kept in the same database as the messages, with
 * Spring's own tools. Thread-safe.
 */
final class Tenants {
    private static final Logger LOG = LoggerFactory.getLogger(Tenants.class);
    private static final String TOKEN_PREFIX = "pec_";
    private static final int TOKEN_ID_BYTES = 8;
    private static final int TOKEN_SECRET_BYTES = 32;
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    private final JdbcClient database;
    private final EncryptionKeys keys;
    private final SecureRandom random = new SecureRandom();

    /**
     * A tenant.
     *
     * @param id the tenant's id
     * @param syncUrl where its reports go, null for where everybody's go
     * @param syncAuthorization what stands in the Authorization header, null for none; a secret
     * @param hasToken whether it has a token of its own
     * @param trouble why the URL or the secret cannot be read, null if they can
     */
    record Tenant(
            String id,
            @Nullable URI syncUrl,
            @Nullable String syncAuthorization,
            boolean hasToken,
            @Nullable String trouble) {
        @Override
        public String toString() {
            return "Tenant[" + id + "]";
        }
    }

    /**
     * Creates the table if it is not there.
     *
     * @param database where it is
     * @param product the database's name, as its driver tells it
     * @param keys the keys under which the secrets are kept
     */
    Tenants(JdbcClient database, String product, EncryptionKeys keys) {
        this.database = database;
        this.keys = keys;
        database.sql("""
                        create table if not exists rest_tenant (
                            id varchar(64) not null primary key,
                            sync_url varchar(2000),
                            sync_authorization varchar(8000),
                            token_id varchar(40) unique,
                            token_hash varchar(64))""" + collation(product)).update();
        remember(MessageKey.DEFAULT_TENANT);
    }

    /** MariaDB's own comparison takes "acme", "ACME" and "àcme" for one tenant, who would have the others' token. */
    private static String collation(String product) {
        return product.equals("MariaDB") ? " character set utf8mb4 collate utf8mb4_nopad_bin" : "";
    }

    /** Makes a tenant known that is not yet. */
    void remember(String id) {
        if (find(id).isEmpty()) {
            try {
                database.sql("insert into rest_tenant (id) values (:id)")
                        .param("id", new MessageKey(id, "any").tenant())
                        .update();
            } catch (DuplicateKeyException known) {
                return; // Another node was faster.
            }
        }
    }

    void save(String id, @Nullable URI syncUrl, @Nullable String syncAuthorization) {
        remember(id);
        database.sql("update rest_tenant set sync_url = :url, sync_authorization = :authorization where id = :id")
                .param("url", syncUrl == null ? null : syncUrl.toString())
                .param(
                        "authorization",
                        syncAuthorization == null ? null : keys.encrypt("tenant " + id, syncAuthorization))
                .param("id", id)
                .update();
    }

    /**
     * Encrypts again, under the newest key, the secrets that are encrypted under an older one. Those that cannot be read stay as they are,
     * and so does one that somebody changes meanwhile.
     *
     * @return how many were encrypted again
     */
    int encryptAgain() {
        int changed = 0;
        for (Map<String, Object> row : database.sql(
                        "select id, sync_authorization from rest_tenant where sync_authorization is not null")
                .query()
                .listOfRows()) {
            String id = String.valueOf(row.get("id"));
            String sealed = String.valueOf(row.get("sync_authorization"));
            try {
                if (!keys.isNewest(sealed)) {
                    changed += database.sql("update rest_tenant set sync_authorization = :again"
                                    + " where id = :id and sync_authorization = :sealed")
                            .param("again", keys.encrypt("tenant " + id, keys.decrypt("tenant " + id, sealed)))
                            .param("id", id)
                            .param("sealed", sealed)
                            .update();
                }
            } catch (UnreadableSettingsException unreadable) {
                LOG.warn("A secret of tenant {} cannot be read: {}", id, unreadable.getMessage());
            }
        }
        return changed;
    }

    boolean delete(String id) {
        return database.sql("delete from rest_tenant where id = :id")
                        .param("id", id)
                        .update()
                > 0;
    }

    /** Takes everything from a tenant but its name. */
    boolean clear(String id) {
        return database.sql("update rest_tenant set sync_url = null, sync_authorization = null, token_id = null,"
                                + " token_hash = null where id = :id")
                        .param("id", id)
                        .update()
                > 0;
    }

    Optional<Tenant> find(String id) {
        return database.sql("select * from rest_tenant where id = :id")
                .param("id", id)
                .query(tenant())
                .optional();
    }

    List<String> ids() {
        return database.sql("select id from rest_tenant order by id")
                .query(String.class)
                .list();
    }

    List<Tenant> all() {
        return database.sql("select * from rest_tenant order by id")
                .query(tenant())
                .list();
    }

    /** Gives a tenant a new token, in place of the one it had. Only its hash is kept: this is the one time that it is told. */
    String newToken(String id) {
        String tokenId = TOKEN_PREFIX + TEXT.encodeToString(random(TOKEN_ID_BYTES));
        String token = tokenId + "." + TEXT.encodeToString(random(TOKEN_SECRET_BYTES));
        int changed = database.sql("update rest_tenant set token_id = :token, token_hash = :hash where id = :id")
                .param("token", tokenId)
                .param("hash", hash(token))
                .param("id", id)
                .update();
        if (changed == 0) {
            throw ApiException.notFound("tenant " + InvalidValueException.quote(id) + " is unknown");
        }
        return token;
    }

    /** Takes a tenant's token away. */
    boolean revokeToken(String id) {
        return database.sql("update rest_tenant set token_id = null, token_hash = null"
                                + " where id = :id and token_hash is not null")
                        .param("id", id)
                        .update()
                > 0;
    }

    /** Finds the tenant whose token this is. */
    Optional<String> ofToken(String token) {
        int dot = token.indexOf('.');
        if (!token.startsWith(TOKEN_PREFIX) || dot < 0) {
            return Optional.empty();
        }
        // Looked up by its public half; what is secret is only ever compared as a whole, in constant time.
        return database.sql("select id, token_hash from rest_tenant where token_id = :token")
                .param("token", token.substring(0, dot))
                .query((row, number) -> sameHash(row.getString("token_hash"), hash(token)) ? row.getString("id") : "")
                .optional()
                .filter(id -> !id.isEmpty());
    }

    /**
     * Hashes a token. A token is 256 random bits or the administrator's own choice of a long text, held in memory: a fast hash is enough,
     * and its comparison does not tell the token's length.
     */
    static String hash(String token) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha256.digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }

    static boolean sameHash(String one, String other) {
        return MessageDigest.isEqual(
                one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
    }

    private byte[] random(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private RowMapper<Tenant> tenant() {
        return (row, number) -> {
            String id = row.getString("id");
            String url = row.getString("sync_url");
            String sealed = row.getString("sync_authorization");
            boolean hasToken = row.getString("token_hash") != null;
            try {
                return new Tenant(
                        id,
                        url == null ? null : URI.create(url),
                        sealed == null ? null : keys.decrypt("tenant " + id, sealed),
                        hasToken,
                        null);
            } catch (UnreadableSettingsException | IllegalArgumentException unreadable) {
                // One tenant that cannot be read must not stop the others.
                return new Tenant(id, null, null, hasToken, String.valueOf(unreadable.getMessage()));
            }
        };
    }
}
