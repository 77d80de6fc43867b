internal import CSQLite

/// One connection to the store, used by one thread.
///
/// It owns its handle and closes it exactly once. Statements that outlive it keep the handle alive
/// until the last of them is finalised (`sqlite3_close_v2`), so the order of release is free.
@safe
final class Database {
    enum Access {
        case write
        case read
    }

    private let handle: OpaquePointer
    /// How many pages the write-ahead log holds, as the last commit of this connection left it.
    private(set) var walPages = 0
    let pageBytes: Int

    /// Nobody reads SQLite's statistics of its memory, for which it takes a lock at every
    /// allocation. To be said before its first use; where it comes too late they are kept up, which
    /// costs only time.
    private static let keepsNoMemoryStatistics =
        freshwire_stop_memory_statistics() == SQLITE_OK

    init(path: String, access: Access, busyMilliseconds: Int32) throws(StoreError) {
        _ = Database.keepsNoMemoryStatistics
        let flags =
            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
            | (access == .write
                ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard let handle = unsafe opened, code == SQLITE_OK else {
            let message = unsafe opened.map { unsafe String(cString: sqlite3_errmsg($0)) }
            unsafe sqlite3_close_v2(opened)
            throw StoreError(
                code: code, message: message ?? "out of memory", statement: "open \(path)")
        }
        unsafe self.handle = handle
        unsafe sqlite3_busy_timeout(handle, busyMilliseconds)
        do {
            pageBytes = try unsafe Database.pageBytes(of: handle)
        } catch {
            unsafe sqlite3_close_v2(handle)
            throw error
        }
    }

    deinit {
        // A statement that lives longer must not call back into what is gone.
        unsafe sqlite3_wal_hook(handle, nil, nil)
        unsafe sqlite3_close_v2(handle)
    }

    private static func pageBytes(of handle: OpaquePointer) throws(StoreError) -> Int {
        let statement = try unsafe Statement("PRAGMA page_size", on: handle)
        guard try statement.step() else { return 0 }
        return Int(statement.integer(0))
    }

    /// Runs SQL that answers nothing; several statements may be separated by semicolons.
    func execute(_ sql: String) throws(StoreError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code, sql) }
    }

    /// Prepares one statement, to be kept and used again.
    func prepare(_ sql: String) throws(StoreError) -> Statement {
        try unsafe Statement(sql, on: handle)
    }

    /// The first column of the first row, or nil where there is no row or it is NULL.
    ///
    /// The statement is run to its end: what it changes is committed there, and may fail there.
    func integer(_ sql: String) throws(StoreError) -> Int64? {
        let statement = try prepare(sql)
        guard try statement.step() else { return nil }
        let value = statement.optionalInteger(0)
        while try statement.step() {}
        return value
    }

    /// The same as text.
    func text(_ sql: String) throws(StoreError) -> String? {
        let statement = try prepare(sql)
        guard try statement.step() else { return nil }
        let value = statement.optionalText(0)
        while try statement.step() {}
        return value
    }

    /// Runs `body` between `begin` and COMMIT, and rolls back where it throws.
    func transaction<Result>(
        _ begin: String = "BEGIN IMMEDIATE", _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try execute(begin)
        do {
            let result = try body()
            try execute("COMMIT")
            return result
        } catch {
            // Some errors have rolled back already; then this is refused, which changes nothing.
            try? execute("ROLLBACK")
            throw error
        }
    }

    private func failure(_ code: Int32, _ sql: String) -> StoreError {
        StoreError(
            code: code, message: unsafe String(cString: sqlite3_errmsg(handle)), statement: sql)
    }
}

// MARK: - The write-ahead log

extension Database {
    /// What a checkpoint achieved.
    struct Checkpoint: Equatable {
        /// Whether the log starts anew with the next commit.
        var isReset: Bool
        /// Whether every page of the log is in the database file, flushed.
        var isComplete: Bool
    }

    /// Ends automatic checkpoints and counts the log's pages from now on.
    func watchWAL() {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe sqlite3_wal_hook(handle, countWALPages, context)
    }

    fileprivate func noteWAL(pages: Int) {
        walPages = pages
    }

    /// Moves the log's pages into the database file and lets the log start anew.
    ///
    /// - Parameter truncating: also cuts the log's file to nothing. Left alone, the file's space is
    ///   written over, which a disk flushes faster than a file that grows.
    func checkpoint(truncating: Bool) throws(StoreError) -> Checkpoint {
        var logged: Int32 = -1
        var moved: Int32 = -1
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART
        let code = unsafe sqlite3_wal_checkpoint_v2(handle, nil, mode, &logged, &moved)
        switch code & 0xFF {
        case SQLITE_OK:
            walPages = 0
            return Checkpoint(isReset: true, isComplete: true)
        case SQLITE_BUSY:
            return Checkpoint(isReset: false, isComplete: logged >= 0 && logged == moved)
        default: throw failure(code, "checkpoint")
        }
    }

    /// Waits that long for locks of other connections.
    func setBusyTimeout(milliseconds: Int32) {
        unsafe sqlite3_busy_timeout(handle, milliseconds)
    }

    /// Makes closing leave the files as they are: after a failed write or flush, what the kernel
    /// still holds of them is not to be trusted, and the next opening reads it with checksums.
    func forgoCheckpointOnClose() {
        unsafe freshwire_forgo_checkpoint_on_close(handle)
    }
}

/// Called by SQLite after each commit; `context` is the unretained `Database`, which takes this
/// function off the handle before it goes.
private func countWALPages(
    _ context: UnsafeMutableRawPointer?, _: OpaquePointer?, _: UnsafePointer<CChar>?, _ pages: Int32
) -> Int32 {
    if let context = unsafe context {
        unsafe Unmanaged<Database>.fromOpaque(context).takeUnretainedValue()
            .noteWAL(pages: Int(pages))
    }
    return SQLITE_OK
}
