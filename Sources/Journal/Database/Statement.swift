internal import CSQLite

/// One prepared statement. It owns its handle and finalises it exactly once.
///
/// Parameters are numbered from 1, columns from 0, as SQLite does.
@safe
final class Statement {
    private let handle: OpaquePointer

    /// - Parameter database: the connection's handle; it must be open.
    init(_ sql: String, on database: OpaquePointer) throws(StoreError) {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard let handle = unsafe prepared, code == SQLITE_OK else {
            throw StoreError(
                code: code, message: unsafe String(cString: sqlite3_errmsg(database)),
                statement: sql)
        }
        unsafe self.handle = handle
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    /// Goes to the next row; false when there is none, and then the statement is ready again.
    func step() throws(StoreError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else { throw failure(code) }
        reset()
        return false
    }

    /// Runs a statement that answers no rows.
    func run() throws(StoreError) {
        let code = unsafe sqlite3_step(handle)
        guard code == SQLITE_DONE else { throw failure(code) }
        reset()
    }

    /// Runs a statement that answers no rows and says how many rows it changed.
    func runCounting() throws(StoreError) -> Int {
        try run()
        return Int(unsafe sqlite3_changes64(sqlite3_db_handle(handle)))
    }

    /// Runs a statement that answers no rows, with bytes as parameter `index` that are not copied.
    func run(binding blob: Span<UInt8>, at index: Int32) throws(StoreError) {
        let code = unsafe blob.withUnsafeBytes { bytes in
            unsafe freshwire_bind_borrowed_blob(
                handle, index, bytes.baseAddress, Int32(clamping: bytes.count))
            let code = unsafe sqlite3_step(handle)
            // The statement must not hold on to what it has only borrowed.
            unsafe sqlite3_bind_null(handle, index)
            return code
        }
        guard code == SQLITE_DONE else { throw failure(code) }
        reset()
    }

    /// The same with a part of an array.
    func run(
        binding blob: [UInt8], _ part: Range<Int>, at index: Int32
    ) throws(StoreError) {
        try run(binding: blob.span.extracting(part), at: index)
    }

    /// Ends reading before the last row. The parameters stay.
    func reset() {
        // The code repeats the error of the step before, which was thrown already.
        unsafe sqlite3_reset(handle)
    }

    private func failure(_ code: Int32) -> StoreError {
        let message = unsafe String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
        let sql = unsafe sqlite3_sql(handle).map { unsafe String(cString: $0) }
        reset()
        return StoreError(code: code, message: message, statement: sql ?? "")
    }
}

// MARK: - Parameters

// Binding fails only for a parameter that does not exist or for want of memory; in both cases the
// parameter stays NULL and the step fails on a NOT NULL column.
extension Statement {
    func bind(_ index: Int32, _ value: Int64) {
        unsafe sqlite3_bind_int64(handle, index, value)
    }

    func bind(_ index: Int32, _ value: Int) {
        unsafe sqlite3_bind_int64(handle, index, Int64(value))
    }

    /// Numbers of the log are counted from 1 and never reach 2^63.
    func bind(_ index: Int32, _ value: UInt64) {
        unsafe sqlite3_bind_int64(handle, index, Int64(bitPattern: value))
    }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    /// A value that is not a number becomes NULL.
    func bind(_ index: Int32, _ value: Double) {
        unsafe sqlite3_bind_double(handle, index, value)
    }

    func bind(_ index: Int32, _ value: Double?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    func bind(_ index: Int32, _ value: String) {
        var value = value
        value.withUTF8 { unsafe bindText(index, UnsafeRawBufferPointer($0)) }
    }

    func bind(_ index: Int32, _ value: String?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    /// Bytes as a blob.
    func bind(_ index: Int32, blob: [UInt8]) {
        _ = unsafe blob.withUnsafeBytes {
            unsafe freshwire_bind_blob(
                handle, index, $0.baseAddress, Int32(clamping: $0.count))
        }
    }

    /// Bytes that are UTF-8 text.
    func bind(_ index: Int32, text: [UInt8]) {
        unsafe text.withUnsafeBytes { unsafe bindText(index, $0) }
    }

    func bindNull(_ index: Int32) {
        unsafe sqlite3_bind_null(handle, index)
    }

    private func bindText(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        unsafe freshwire_bind_text(
            handle, index, bytes.baseAddress, Int32(clamping: bytes.count))
    }
}

// MARK: - Columns

extension Statement {
    func isNull(_ column: Int32) -> Bool {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    func integer(_ column: Int32) -> Int64 {
        unsafe sqlite3_column_int64(handle, column)
    }

    func optionalInteger(_ column: Int32) -> Int64? {
        isNull(column) ? nil : integer(column)
    }

    func number(_ column: Int32) -> UInt64 {
        UInt64(bitPattern: integer(column))
    }

    func double(_ column: Int32) -> Double {
        unsafe sqlite3_column_double(handle, column)
    }

    func optionalDouble(_ column: Int32) -> Double? {
        isNull(column) ? nil : double(column)
    }

    func text(_ column: Int32) -> String {
        guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? {
        isNull(column) ? nil : text(column)
    }

    var columnCount: Int32 {
        unsafe sqlite3_column_count(handle)
    }

    /// Appends columns of the row as they are kept, whatever their types.
    func encode(_ columns: Range<Int32>, into bytes: CanonicalBytes) {
        for column in columns {
            // Unprotected, which is safe as long as one thread uses the connection.
            let value = unsafe sqlite3_column_value(handle, column)
            switch unsafe sqlite3_value_type(value) {
            case SQLITE_INTEGER: bytes.append(unsafe sqlite3_value_int64(value))
            case SQLITE_FLOAT: bytes.append(unsafe sqlite3_value_double(value))
            case SQLITE_TEXT: unsafe bytes.append(text: Statement.borrowedBytes(value))
            case SQLITE_BLOB: unsafe bytes.append(blob: Statement.borrowedBytes(value))
            default: bytes.appendNull()
            }
        }
    }

    /// Lends the bytes of a text or a blob of the row for the time of a call.
    func withBytes<Answer, Failure: Error>(
        _ column: Int32, _ body: (Span<UInt8>) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        let bytes = unsafe Statement.borrowedBytes(sqlite3_column_value(handle, column))
        return try body(unsafe bytes.bindMemory(to: UInt8.self).span)
    }

    /// Valid until the statement moves. Text is in UTF-8 in every store, so this converts nothing.
    private static func borrowedBytes(_ value: OpaquePointer?) -> UnsafeRawBufferPointer {
        let start = unsafe sqlite3_value_blob(value)
        return unsafe UnsafeRawBufferPointer(
            start: start, count: start == nil ? 0 : Int(sqlite3_value_bytes(value)))
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = Int(unsafe sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}
