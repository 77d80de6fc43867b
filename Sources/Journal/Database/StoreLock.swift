internal import Glibc

/// The right to write a store, held by one process at a time through an advisory lock on a file
/// beside it. The kernel takes it back when the process ends, however it ends.
///
/// SQLite alone would let two daemons write by turns, and both would give the same numbers.
final class StoreLock {
    private let descriptor: CInt

    init(path: String) throws(StoreError) {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw StoreError(
                kind: .cannotOpen, code: errno, message: StoreLock.message(of: errno),
                statement: "open \(path)")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            close(descriptor)
            throw StoreError(
                kind: reason == EWOULDBLOCK ? .inUse : .cannotOpen, code: reason,
                message: reason == EWOULDBLOCK
                    ? "another process writes this store" : StoreLock.message(of: reason),
                statement: "lock \(path)")
        }
    }

    deinit {
        // Given back by name: a process forked in between holds a copy of the descriptor until it
        // runs its own program, and closing ours alone would leave it locked that long.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Flushes the directory that holds `path`, so that the names of new files outlast a loss of
    /// power. SQLite does the same and overlooks a failure.
    static func flushDirectory(of path: String) throws(StoreError) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // EINVAL: a file system that cannot flush a directory needs no flush of one.
        let isFlushed = descriptor >= 0 && (fsync(descriptor) == 0 || errno == EINVAL)
        let reason = errno
        if descriptor >= 0 { close(descriptor) }
        guard isFlushed else {
            throw StoreError(
                kind: .ioError, code: reason, message: message(of: reason),
                statement: "flush \(directory)")
        }
    }

    private static func message(of code: CInt) -> String {
        unsafe String(cString: strerror(code))
    }
}
