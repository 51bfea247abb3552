package io.github.pecmailproxy.storage.jdbc;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Runs statements on one connection, in whatever transaction it is. Table names in the SQL stand in braces; {@code (:in)}, or
 * {@code (:rows)} for one row each, stands for
 * the list of a query over many keys. Not thread-safe.
 */
final class Session {
    /** Longer lists are asked for in pieces: databases limit parameters, and planners do badly with thousands. */
    private static final int LONGEST_LIST = 512;

    private static final String LIST = "(:in)";
    private static final String ROWS = "(:rows)";

    private static final String VALUES = "VALUES";
    private static final int MOST_ROWS_AT_ONCE = 64;

    private final Connection connection;
    private final Dialect dialect;
    private final Tables tables;
    private boolean refused;

    Session(Connection connection, Dialect dialect, Tables tables) {
        this.connection = connection;
        this.dialect = dialect;
        this.tables = tables;
    }

    Connection connection() {
        return connection;
    }

    Dialect dialect() {
        return dialect;
    }

    Tables tables() {
        return tables;
    }

    /** Has the transaction rolled back although nothing failed. */
    void refuse() {
        refused = true;
    }

    boolean isRefused() {
        return refused;
    }

    <T> List<T> list(String sql, Binder binder, RowReader<T> reader) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(tables.sql(sql))) {
            binder.bind(parameters(statement));
            List<T> result = new ArrayList<>();
            collect(statement, reader, result);
            return result;
        }
    }

    <T> Optional<T> first(String sql, Binder binder, RowReader<T> reader) throws SQLException {
        List<T> rows = list(sql, binder, reader);
        return rows.isEmpty() ? Optional.empty() : Optional.of(rows.get(0));
    }

    /** Queries with a list of numbers in place of {@code (:in)}, which must come after every other parameter. */
    <T> List<T> listIn(String sql, Binder binder, Collection<Long> numbers, RowReader<T> reader) throws SQLException {
        return listIn(sql, binder, numbers, Parameters::number, reader);
    }

    <T> List<T> listInTexts(String sql, Binder binder, Collection<String> texts, RowReader<T> reader)
            throws SQLException {
        return listIn(sql, binder, texts, Parameters::text, reader);
    }

    private <K, T> List<T> listIn(
            String sql, Binder binder, Collection<K> keys, ItemBinder<K> keyBinder, RowReader<T> reader)
            throws SQLException {
        List<T> result = new ArrayList<>();
        for (List<K> piece : pieces(keys)) {
            try (PreparedStatement statement = connection.prepareStatement(listSql(sql, piece.size()))) {
                Parameters parameters = parameters(statement);
                binder.bind(parameters);
                bindList(parameters, piece, keyBinder);
                collect(statement, reader, result);
            }
        }
        return result;
    }

    /** Changes the rows of a list of numbers in place of {@code (:in)}, which must come after every other parameter. */
    int updateIn(String sql, Binder binder, Collection<Long> numbers) throws SQLException {
        int changed = 0;
        for (List<Long> piece : pieces(numbers)) {
            try (PreparedStatement statement = connection.prepareStatement(listSql(sql, piece.size()))) {
                Parameters parameters = parameters(statement);
                binder.bind(parameters);
                bindList(parameters, piece, Parameters::number);
                changed += statement.executeUpdate();
            }
        }
        return changed;
    }

    int update(String sql, Binder binder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(tables.sql(sql))) {
            binder.bind(parameters(statement));
            return statement.executeUpdate();
        }
    }

    /** Runs a statement once for each item, in one round trip as far as the driver can. */
    <T> void batch(String sql, Collection<T> items, ItemBinder<T> binder) throws SQLException {
        if (items.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(tables.sql(sql))) {
            addAll(statement, items, binder);
            if (items.size() == 1) {
                statement.executeUpdate();
            } else {
                statement.executeBatch();
            }
        }
    }

    /** Inserts rows, each a list of parameters after {@code VALUES}, which must be the statement's end. */
    <T> void insert(String sql, List<T> items, ItemBinder<T> binder) throws SQLException {
        if (dialect.insertsManyRowsAtOnce()) {
            insertManyRows(tables.sql(sql), "", items, binder);
        } else {
            batch(sql, items, binder);
        }
    }

    /**
     * Inserts rows of which some may be there already, without harm to the transaction.
     *
     * @return for each item 1 when it was inserted, 0 when it was there, {@link Statement#SUCCESS_NO_INFO} when that is not known
     */
    <T> int[] insertNew(String insert, String unchanged, List<T> items, ItemBinder<T> binder) throws SQLException {
        if (dialect.insertsManyRowsAtOnce()) {
            return insertManyRows(tables.sql(insert), dialect.whenThere(unchanged), items, binder);
        }
        String sql = tables.sql(insert) + dialect.whenThere(unchanged);
        if (items.size() == 1 || dialect.batchEndsAtDuplicate()) {
            int[] counts = new int[items.size()];
            for (int i = 0; i < counts.length; i++) {
                counts[i] = insertNew(sql, items.get(i), binder);
            }
            return counts;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            addAll(statement, items, binder);
            return statement.executeBatch();
        } catch (BatchUpdateException failure) {
            int[] counts = failure.getUpdateCounts();
            if (counts.length != items.size() || !onlyDuplicates(failure)) {
                throw failure;
            }
            for (int i = 0; i < counts.length; i++) {
                counts[i] = counts[i] == Statement.EXECUTE_FAILED ? 0 : counts[i];
            }
            return counts;
        }
    }

    private <T> int insertNew(String sql, T item, ItemBinder<T> binder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            binder.bind(parameters(statement), item);
            return statement.executeUpdate();
        } catch (SQLException failure) {
            if (dialect.fault(failure) == Fault.DUPLICATE) {
                return 0;
            }
            throw failure;
        }
    }

    /** Inserts as many rows with each statement as a power of two, so that few different statements have to be planned. */
    private <T> int[] insertManyRows(String sql, String end, List<T> items, ItemBinder<T> binder) throws SQLException {
        int values = sql.lastIndexOf(VALUES) + VALUES.length();
        String row = sql.substring(values);
        int[] counts = new int[items.size()];
        int from = 0;
        while (from < items.size()) {
            int size = Math.min(MOST_ROWS_AT_ONCE, Integer.highestOneBit(items.size() - from));
            String several = sql.substring(0, values) + (row + ",").repeat(size - 1) + row + end;
            try (PreparedStatement statement = connection.prepareStatement(several)) {
                Parameters parameters = parameters(statement);
                for (T item : items.subList(from, from + size)) {
                    binder.bind(parameters, item);
                }
                int inserted = statement.executeUpdate();
                boolean all = inserted == size && dialect.countsInserts();
                Arrays.fill(counts, from, from + size, all ? 1 : Statement.SUCCESS_NO_INFO);
            }
            from += size;
        }
        return counts;
    }

    private boolean onlyDuplicates(BatchUpdateException failure) {
        if (failure.getNextException() == null) {
            return dialect.fault(failure) == Fault.DUPLICATE;
        }
        for (SQLException next = failure.getNextException(); next != null; next = next.getNextException()) {
            if (dialect.fault(next) != Fault.DUPLICATE) {
                return false;
            }
        }
        return true;
    }

    /** Draws new numbers, ascending and greater than all drawn before by anybody. */
    Iterator<Long> numbers(int count) throws SQLException {
        return dialect.numbers(this, count).stream().sorted().iterator();
    }

    private <T> void addAll(PreparedStatement statement, Collection<T> items, ItemBinder<T> binder)
            throws SQLException {
        Parameters parameters = parameters(statement);
        boolean single = items.size() == 1;
        for (T item : items) {
            parameters.restart();
            binder.bind(parameters, item);
            if (!single) {
                statement.addBatch();
            }
        }
    }

    private Parameters parameters(PreparedStatement statement) {
        return new Parameters(statement, dialect.emptyIsNull());
    }

    private static <T> void collect(PreparedStatement statement, RowReader<T> reader, List<T> result)
            throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            Row row = new Row(rows);
            while (row.next()) {
                result.add(reader.read(row));
            }
        }
    }

    private static <K> List<List<K>> pieces(Collection<K> keys) {
        List<K> all = List.copyOf(keys);
        List<List<K>> pieces = new ArrayList<>();
        for (int from = 0; from < all.size(); from += LONGEST_LIST) {
            pieces.add(all.subList(from, Math.min(all.size(), from + LONGEST_LIST)));
        }
        return pieces;
    }

    /** Lengths are rounded up to powers of two, so that few different statements have to be planned. */
    private static int paddedLength(int length) {
        return length <= 1 ? 1 : Integer.highestOneBit(length - 1) << 1;
    }

    private String listSql(String sql, int length) {
        int more = paddedLength(length) - 1;
        return tables.sql(
                sql.replace(LIST, "(" + "?, ".repeat(more) + "?)").replace(ROWS, "(?), ".repeat(more) + "(?)"));
    }

    private static <K> void bindList(Parameters parameters, List<K> keys, ItemBinder<K> binder) throws SQLException {
        for (int i = 0; i < paddedLength(keys.size()); i++) {
            binder.bind(parameters, keys.get(Math.min(i, keys.size() - 1)));
        }
    }

    /** Sets the parameters of a statement. */
    @FunctionalInterface
    interface Binder {
        /** Binds nothing. */
        Binder NONE = parameters -> {};

        void bind(Parameters parameters) throws SQLException;
    }

    /** Sets the parameters that stand for one item. */
    @FunctionalInterface
    interface ItemBinder<T> {
        void bind(Parameters parameters, T item) throws SQLException;
    }

    /** Reads one row. */
    @FunctionalInterface
    interface RowReader<T> {
        T read(Row row) throws SQLException;
    }
}
