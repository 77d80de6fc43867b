internal import CSQLite

/// Why the store could not do what was asked.
package struct StoreError: Error, Equatable, Sendable {
    /// What kind of failure it is, and so what the owner can do.
    package enum Kind: Equatable, Sendable {
        /// The disk is full: free space, reopen.
        case full
        /// The disk failed a read, a write or a flush: reopen; when it returns, replace the disk.
        case ioError
        /// The file is damaged: restore a copy; nothing is written to a damaged log.
        case corrupt
        /// Another connection held the store longer than the busy timeout: reopen.
        case busy
        /// Another process writes this store: stop one of the two.
        case inUse
        /// The file or its directory cannot be opened: mend path or permissions.
        case cannotOpen
        /// The file or its file system cannot be written to.
        case readOnly
        /// A newer Freshwire wrote the store: run that one, or restore an older copy.
        case schemaTooNew
        /// The store has not been brought to this version's schema: open it for writing once.
        case schemaTooOld
        /// The file is a database, but not one of Freshwire's.
        case foreign
        /// The file of the keys for places of delivery cannot be used: mend it, or move it away.
        case placeKeys
        /// A record contradicts the log, such as a number used twice: a fault in the program.
        case contradiction
        /// An earlier failure ended this writer: close it and open the store anew.
        case poisoned
        case other
    }

    package var kind: Kind
    /// SQLite's extended result code; 0 where the failure is not SQLite's.
    package var code: Int32
    package var message: String
    /// The SQL at fault, or what was attempted.
    package var statement: String

    package init(kind: Kind, code: Int32 = 0, message: String, statement: String) {
        self.kind = kind
        self.code = code
        self.message = message
        self.statement = statement
    }

    init(code: Int32, message: String, statement: String) {
        self.init(
            kind: Kind(code: code), code: code, message: message, statement: statement)
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String { "\(message) (\(kind), code \(code)) in: \(statement)" }
}

extension StoreError.Kind {
    /// Sorts an extended result code by its primary code, the low eight bits.
    fileprivate init(code: Int32) {
        switch code & 0xFF {
        case SQLITE_FULL: self = .full
        case SQLITE_IOERR: self = .ioError
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: self = .corrupt
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH: self = .cannotOpen
        case SQLITE_READONLY: self = .readOnly
        case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE: self = .contradiction
        default: self = .other
        }
    }
}
