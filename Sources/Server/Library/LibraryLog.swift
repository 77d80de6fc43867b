import CWebSockets
import Synchronization

/// Catches what the library would write to standard error. Its log is one for the process, and so
/// is this; every server reports what it finds here.
enum LibraryLog {
    /// Lines kept until a server takes them. A client can provoke lines, so there is a bound.
    private static let capacity = 64

    private struct Lines {
        var kept: [LibraryLogLine] = []
        var dropped = 0
    }

    private static let lines = Mutex(Lines())
    /// Lets a server look without taking the lock on every turn.
    private static let hasLines = Atomic(false)

    /// Redirects the library's log; further calls change nothing.
    static func install() {
        _ = installed
    }

    private static let installed: Void = {
        unsafe lws_set_log_level(LLL_ERR | LLL_WARN, libraryDidLog)
    }()

    static func add(_ line: LibraryLogLine) {
        lines.withLock { lines in
            if lines.kept.count < capacity {
                lines.kept.append(line)
            } else {
                lines.dropped += 1
            }
        }
        hasLines.store(true, ordering: .releasing)
    }

    static func take() -> [LibraryLogLine] {
        guard hasLines.exchange(false, ordering: .acquiring) else { return [] }
        return lines.withLock { lines in
            var taken = lines.kept
            if lines.dropped > 0 {
                taken.append(
                    LibraryLogLine(isError: false, text: "\(lines.dropped) more lines were dropped")
                )
            }
            lines = Lines()
            return taken
        }
    }
}

private func libraryDidLog(level: CInt, line: UnsafePointer<CChar>?) {
    // The library passes a text that ends with a zero and lives until this returns.
    guard let line = unsafe line else { return }
    let text = unsafe String(cString: line)
    LibraryLog.add(
        LibraryLogLine(
            isError: level == CInt(LLL_ERR),
            text: text.last == "\n" ? String(text.dropLast()) : text))
}
