import CodecMessages
import Glibc

/// The daemon's end of the conversation: descriptor 0, read and written by waiting for it.
final class BlockingStream {
    /// Messages that have come; `nextMessage` answers their places in it.
    private(set) var input: [UInt8] = []
    private var position = 0
    private let readsFrom: Int32 = 0
    private let writesTo: Int32
    /// One read takes at most so many bytes.
    private static let chunk = 64 << 10

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

    /// The place of the next whole message in `input`; nil where more has to be read first.
    func nextMessage() -> Range<Int>? {
        let waiting = input.count - position
        guard waiting >= 4 else { return nil }
        var length = 0
        for place in 0..<4 { length |= Int(input[position + place]) << (8 * place) }
        guard waiting - 4 >= length else { return nil }
        let start = position + 4
        position = start + length
        return start..<position
    }

    /// Reads what is there already; false where nothing is.
    func hasInput() -> Bool {
        var watched = pollfd(fd: readsFrom, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&watched, 1, 0) == 1 && read()
    }

    /// Waits for more; false where there will be none, or a message is longer than any may be.
    func waitForInput() -> Bool { read() }

    private func read() -> Bool {
        if position == input.count {
            input.removeAll(keepingCapacity: true)
        } else {
            input.removeFirst(position)
        }
        position = 0
        guard input.count <= CodecBounds.request else { return false }
        let start = input.count
        input.append(contentsOf: repeatElement(0, count: Self.chunk))
        var count = 0
        repeat {
            count = unsafe input.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(readsFrom, buffer.baseAddress?.advanced(by: start), Self.chunk)
            }
        } while count < 0 && errno == EINTR
        input.removeLast(Self.chunk - max(count, 0))
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
