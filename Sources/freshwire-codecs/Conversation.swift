import CodecMessages
import System

/// Reads requests and writes answers, in order and many at a time, until the daemon hangs up.
final class Conversation {
    private let stream: BlockingStream
    private let shelf: Shelf
    private let progress: SharedCounter?
    private var output: [UInt8] = []
    private var call = DecodeCall()
    private var callsBegun: UInt64 = 0
    private var lastFlush: UInt64 = 0
    /// Answers that have gathered so far go out at once.
    private static let fullOutput = 32 << 10
    /// Nor does an answer wait longer than this for the calls behind it, in nanoseconds.
    private static let patience: UInt64 = 5_000_000

    init(stream: BlockingStream, shelf: Shelf, progress: SharedCounter?) {
        self.stream = stream
        self.shelf = shelf
        self.progress = progress
    }

    /// Returns when the daemon has closed its end or sent what makes no sense.
    func run() {
        answer(.ready) { $0.append(number: CodecBeginning.version) }
        guard stream.write(&output) else { return }
        lastFlush = Clock.monotonicNanoseconds()
        while true {
            switch stream.nextMessage() {
            case .message(let place):
                guard handle(place), flush() else { return }
            case .incomplete:
                if stream.hasInput() { continue }
                guard stream.write(&output), stream.waitForInput() else { return }
                lastFlush = Clock.monotonicNanoseconds()
            case .tooLong: return
            }
        }
    }

    /// Writes the answers that have gathered, or have waited long enough; false where nobody reads.
    private func flush() -> Bool {
        let now = Clock.monotonicNanoseconds()
        guard output.count >= Self.fullOutput || now &- lastFlush > Self.patience else {
            return true
        }
        lastFlush = now
        return stream.write(&output)
    }

    private func handle(_ message: Range<Int>) -> Bool {
        let input = stream.input
        var reader = MessageReader(input.span.extracting(message))
        guard let kind = reader.number(UInt8.self).flatMap(CodecRequest.init(rawValue:)) else {
            return false
        }
        switch kind {
        case .begin: return false
        case .decode: return decode(&reader)
        case .load, .keep, .forget:
            guard let number = reader.number(UInt32.self) else { return false }
            if kind == .forget {
                shelf.forget(number)
                return true
            }
            let place = message.lowerBound + reader.position
            let source = Array(input[place..<message.upperBound])
            if kind == .keep { shelf.keep(number, source: source) } else { load(number, source) }
            return true
        }
    }

    private func load(_ number: UInt32, _ source: [UInt8]) {
        let verdict: LoadVerdict
        var signature: UInt8 = 0
        var text = ""
        do {
            signature = try shelf.load(number, source: source).rawValue
            verdict = .compiled
        } catch {
            verdict = error.loadVerdict
            text = error.text
        }
        answer(.loaded) { output in
            output.append(number: number)
            output.append(verdict.rawValue)
            output.append(signature)
            output.append(contentsOf: text.utf8)
        }
    }

    private func decode(_ reader: inout MessageReader) -> Bool {
        guard let number = reader.number(UInt32.self), call.read(&reader) else { return false }
        // Odd while a call runs: the daemon reads it where this process has died.
        callsBegun += 1
        progress?.store(callsBegun * 2 - 1)
        let start = output.beginMessage(CodecResponse.decoded.rawValue)
        shelf.decode(number, call, into: &output)
        output.endMessage(from: start)
        progress?.store(callsBegun * 2)
        return true
    }

    private func answer(_ kind: CodecResponse, _ body: (inout [UInt8]) -> Void) {
        let start = output.beginMessage(kind.rawValue)
        body(&output)
        output.endMessage(from: start)
    }
}

extension DecodeCall {
    /// Reads what stands behind the codec's number; false where it is not what it should be.
    mutating func read(_ reader: inout MessageReader) -> Bool {
        guard let received = reader.number(Int64.self), let port = reader.number(UInt8.self),
            let length = reader.number(UInt16.self), length <= CodecBounds.payload
        else { return false }
        receivedMilliseconds = received
        self.port = port
        bytes.removeAll(keepingCapacity: true)
        for _ in 0..<length {
            guard let byte = reader.number(UInt8.self) else { return false }
            bytes.append(byte)
        }
        guard let count = reader.number(UInt8.self), count <= CodecBounds.variables else {
            return false
        }
        variables.removeAll(keepingCapacity: true)
        for _ in 0..<count {
            guard let nameLength = reader.number(UInt8.self),
                let name = reader.text(Int(nameLength)),
                let valueLength = reader.number(UInt16.self),
                let value = reader.text(Int(valueLength))
            else { return false }
            variables.append((name, value))
        }
        return true
    }
}
