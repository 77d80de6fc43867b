internal import CodecMessages

/// The calls of one turn, and the requests that say them to the program.
struct Batch {
    struct Call {
        let codec: UInt32
        var isOpen = true
        /// Lives of the program that somebody ended while this call ran.
        var kills = 0
        /// Where its request stands in `output`.
        var request = 0..<0
    }

    var calls: [Call] = []
    /// All requests of the program's present life that may have to be said again, and their order.
    private(set) var output: [UInt8] = []
    var sent = 0
    private(set) var order: [Int] = []
    /// How many of `order` are answered.
    private(set) var answered = 0
    /// Calls of this life that were asked before `order` began.
    private var before: UInt64 = 0

    var unsent: Int { output.count - sent }
    /// The call whose answer is next; nil where all are answered.
    var next: Int? { answered < order.count ? order[answered] : nil }

    mutating func append(_ kind: CodecRequest, codec: UInt32, source: [UInt8]) {
        let start = output.beginMessage(kind.rawValue)
        output.append(number: codec)
        output.append(contentsOf: source)
        output.endMessage(from: start)
    }

    mutating func appendForget(codec: UInt32) {
        append(.forget, codec: codec, source: [])
    }

    mutating func append(
        _ number: Int, port: UInt8, receivedMilliseconds: Int64, bytes: [UInt8],
        variables: [(name: String, value: String)]
    ) {
        let start = output.beginMessage(CodecRequest.decode.rawValue)
        output.append(number: calls[number].codec)
        output.append(number: receivedMilliseconds)
        output.append(port)
        output.append(number: UInt16(truncatingIfNeeded: bytes.count))
        output.append(contentsOf: bytes)
        output.append(UInt8(truncatingIfNeeded: variables.count))
        for (name, value) in variables {
            output.append(UInt8(truncatingIfNeeded: name.utf8.count))
            output.append(contentsOf: name.utf8)
            output.append(number: UInt16(truncatingIfNeeded: value.utf8.count))
            output.append(contentsOf: value.utf8)
        }
        output.endMessage(from: start)
        calls[number].request = start..<output.count
        order.append(number)
    }

    mutating func noteAnswer() {
        answered += 1
    }

    /// Passes over calls that were answered without the program.
    mutating func skipAnswered() {
        while let number = next, !calls[number].isOpen { answered += 1 }
    }

    /// Lets go of requests that need not be said again: all are answered.
    mutating func settle() {
        guard next == nil, unsent == 0 else { return }
        before += UInt64(order.count)
        order.removeAll(keepingCapacity: true)
        answered = 0
        output.removeAll(keepingCapacity: true)
        sent = 0
    }

    /// The call that ran when `progress` was read; nil where none ran, or one that is answered.
    func running(_ progress: UInt64) -> Int? {
        guard progress % 2 == 1 else { return nil }
        let begun = (progress + 1) / 2
        guard begun > before else { return nil }
        let place = begun - before - 1
        guard place >= UInt64(answered), place < UInt64(order.count) else { return nil }
        return order[Int(place)]
    }

    /// Begins a new life of the program: nothing is sent, and only open calls are said again.
    mutating func restart() {
        let old = output
        let open = order[answered...].filter { calls[$0].isOpen }
        output.removeAll(keepingCapacity: true)
        order.removeAll(keepingCapacity: true)
        sent = 0
        answered = 0
        before = 0
        for number in open {
            let request = calls[number].request
            calls[number].request = output.count..<output.count + request.count
            output.append(contentsOf: old[request])
            order.append(number)
        }
    }

    /// Says a codec before all that is to be sent to a new life.
    mutating func prepend(codecs: [UInt32: KeptCodec]) {
        let requests = output
        output.removeAll(keepingCapacity: true)
        for (number, codec) in codecs { append(.keep, codec: number, source: codec.source) }
        let shift = output.count
        output.append(contentsOf: requests)
        for number in order {
            let request = calls[number].request
            calls[number].request = request.lowerBound + shift..<request.upperBound + shift
        }
    }
}
