internal import Glibc

/// A call to the operating system that failed, with what it was about.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// What was attempted, such as `open /etc/freshwire.yaml`.
    package var operation: String
    /// The system's own words for the reason.
    package var reason: String

    package init(operation: String, reason: String) {
        self.operation = operation
        self.reason = reason
    }

    /// Reads the calling thread's last error; call it straight after the failed call.
    static func last(_ operation: String) -> SystemError {
        let number = errno
        guard let text = unsafe strerror(number) else {
            return SystemError(operation: operation, reason: "error \(number)")
        }
        return SystemError(operation: operation, reason: unsafe String(cString: text))
    }

    package var description: String { "\(operation): \(reason)" }
}
