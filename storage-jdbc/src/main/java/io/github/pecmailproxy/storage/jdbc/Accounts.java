package io.github.pecmailproxy.storage.jdbc;

import io.github.pecmailproxy.account.AccountKey;
import io.github.pecmailproxy.store.StoredAccount;
import java.sql.SQLException;
import java.util.List;

/** Keeps the settings of accounts. Stateless and thread-safe. */
final class Accounts {
    private Accounts() {}

    static void save(Session session, StoredAccount account) throws SQLException {
        // Insert first: the count of an update says in some databases how many rows it found, in others how many it
        // changed.
        session.insertNew(
                "INSERT INTO {account} (settings, changed_at, tenant, id) VALUES (?, ?, ?, ?)",
                "changed_at",
                List.of(account),
                Accounts::bind);
        session.batch(
                "UPDATE {account} SET settings = ?, changed_at = ? WHERE tenant = ? AND id = ?",
                List.of(account),
                Accounts::bind);
    }

    private static void bind(Parameters parameters, StoredAccount account) throws SQLException {
        parameters
                .text(account.settings())
                .time(account.changedAt())
                .text(account.key().tenant())
                .text(account.key().id());
    }

    static List<StoredAccount> list(Session session) throws SQLException {
        return session.list(
                "SELECT tenant, id, settings, changed_at FROM {account} ORDER BY tenant, id",
                Session.Binder.NONE,
                row -> new StoredAccount(new AccountKey(row.text(), row.text()), row.text(), row.time()));
    }

    static boolean delete(Session session, AccountKey key) throws SQLException {
        return session.update(
                        "DELETE FROM {account} WHERE tenant = ? AND id = ?",
                        parameters -> parameters.text(key.tenant()).text(key.id()))
                > 0;
    }
}
