internal import Glibc

/// How much a log line matters.
package enum LogLevel: Int, Comparable, CaseIterable, Sendable {
    case debug, info, warning, error

    package var name: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    package static func < (less: LogLevel, more: LogLevel) -> Bool {
        less.rawValue < more.rawValue
    }
}

/// One line an event on standard error, as logfmt: `level=… msg="…" key=value …`.
///
/// The message is constant text; what varies stands in the fields. No secret, token or payload is
/// ever a field. systemd and container engines add the time.
package struct Log: Sendable {
    /// Shared by all copies, so that it can be changed while the threads run.
    private let leastLevel: Latest<LogLevel>

    package init(threshold: LogLevel = .info) {
        leastLevel = Latest(threshold)
    }

    /// Lines below this level are not written, by this value and all copies of it.
    package var threshold: LogLevel {
        get { leastLevel.get() }
        nonmutating set { leastLevel.set(newValue) }
    }

    package func debug(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.debug, message, fields)
    }

    package func info(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.info, message, fields)
    }

    package func warning(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.warning, message, fields)
    }

    package func error(_ message: String, _ fields: KeyValuePairs<String, String> = [:]) {
        write(.error, message, fields)
    }

    private func write(
        _ level: LogLevel, _ message: String, _ fields: KeyValuePairs<String, String>
    ) {
        guard level >= threshold else { return }
        var line = "level=\(level.name) msg=\(Log.quoted(message))"
        for (key, value) in fields { line += " \(key)=\(Log.quoted(value))" }
        StandardStream.error.write(line + "\n")
    }

    /// The value as it is where it is plain, and in quotes with escapes where it is not, so that
    /// no text from outside can forge a field or a line.
    package static func quoted(_ value: String) -> String {
        let isPlain =
            !value.isEmpty
            && value.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"")
                    && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "\\")
            }
        if isPlain { return value }
        var quoted = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default:
                let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                if isControl || scalar.value == 0x2028 || scalar.value == 0x2029 {
                    quoted += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}

/// The process's standard output and standard error, unbuffered.
package enum StandardStream: Int32, Sendable {
    case output = 1
    case error = 2

    package func write(_ text: String) {
        write(Array(text.utf8))
    }

    /// Writes all bytes; what a closed reader no longer takes is lost.
    package func write(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let written = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    rawValue, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            if written < 0 {
                if errno == EINTR { continue }
                return
            }
            offset += written
        }
    }
}
