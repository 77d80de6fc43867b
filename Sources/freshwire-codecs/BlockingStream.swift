import CodecMessages
import Glibc

/// The daemon's end of the conversation: descriptor 0, read and written by waiting for it.
final class BlockingStream {
    private var buffer = MessageBuffer(longestMessage: CodecBounds.request)
    private let readsFrom: Int32 = 0
    private let writesTo: Int32

    /// - Parameter isOnePair: Whether descriptor 0 is a socket that is written to as well; else
    ///   answers go to descriptor 1.
    init(isOnePair: Bool) {
        writesTo = isOnePair ? 0 : 1
    }

    /// Whether descriptor 0 is a socket.
    static var inputIsSocket: Bool {
        var information = stat()
        return unsafe fstat(0, &information) == 0 && information.st_mode & S_IFMT == S_IFSOCK
    }

    /// The bytes in which `nextMessage` answers places.
    var input: [UInt8] { buffer.bytes }

    func nextMessage() -> MessageBuffer.Next { buffer.next() }

    /// Reads what is there already; false where nothing is.
    func hasInput() -> Bool {
        var watched = pollfd(fd: readsFrom, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&watched, 1, 0) == 1 && waitForInput()
    }

    /// Waits for more; false where there will be none.
    func waitForInput() -> Bool {
        var count = 0
        buffer.fill { bytes, start in
            repeat {
                count = unsafe bytes.withUnsafeMutableBytes { buffer in
                    unsafe read(
                        readsFrom, buffer.baseAddress?.advanced(by: start), buffer.count - start)
                }
            } while count < 0 && errno == EINTR
            return count
        }
        return count > 0
    }

    /// Writes all of it and empties it; false where the daemon is gone.
    func write(_ bytes: inout [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    writesTo, buffer.baseAddress?.advanced(by: sent), buffer.count - sent)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        bytes.removeAll(keepingCapacity: true)
        return true
    }
}
