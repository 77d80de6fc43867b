import CodecMessages

/// The codecs the program was given, by number; those called last are held ready to run.
final class Shelf {
    private struct Slot {
        var source: [UInt8]
        var live: LiveCodec?
        /// Calls in a row that ran too long or took too much memory.
        var strikes = 0
        /// Grows with every call of any codec.
        var lastCall: UInt64 = 0
    }

    private var slots: [UInt32: Slot] = [:]
    private var calls: UInt64 = 0
    private var liveCount = 0
    private let liveLimit: Int
    private let strikeLimit: Int
    private let guardian: Guard
    /// After so many calls the memory is measured: often enough that garbage of many codecs
    /// together cannot reach the limit unseen.
    private static let callsBetweenMeasures: UInt64 = 256

    init(liveLimit: Int, strikeLimit: Int, guardian: Guard) {
        self.liveLimit = max(1, liveLimit)
        self.strikeLimit = max(1, strikeLimit)
        self.guardian = guardian
    }

    /// Puts a codec there, in place of one of the same number, with a clean record.
    func keep(_ number: UInt32, source: [UInt8]) {
        forget(number)
        slots[number] = Slot(source: source)
    }

    func forget(_ number: UInt32) {
        if slots.removeValue(forKey: number)?.live != nil { liveCount -= 1 }
    }

    /// Puts a codec there and compiles it at once; one that fails is not kept.
    func load(_ number: UInt32, source: [UInt8]) throws(ScriptFailure) -> CodecSignature {
        keep(number, source: source)
        do {
            return try live(number)?.signature ?? .decodeUplink
        } catch {
            forget(number)
            throw error
        }
    }

    /// Appends the verdict on a call and what belongs to it.
    func decode(_ number: UInt32, _ call: DecodeCall, into output: inout [UInt8]) {
        guard let slot = slots[number] else {
            return output.append(DecodeVerdict.unknownCodec.rawValue)
        }
        guard slot.strikes < strikeLimit else {
            return output.append(DecodeVerdict.suspended.rawValue)
        }
        let start = output.count
        do {
            try live(number)?.decode(call, into: &output)
            if slot.strikes != 0 { slots[number]?.strikes = 0 }
        } catch {
            output.removeLast(output.count - start)
            output.append(error.decodeVerdict.rawValue)
            output.append(contentsOf: error.text.utf8)
            if error.endsContext { strike(number) } else { slots[number]?.strikes = 0 }
        }
    }

    private func strike(_ number: UInt32) {
        slots[number]?.strikes += 1
        // It may have been cut off between two steps that belong together.
        drop(number)
    }

    private func drop(_ number: UInt32) {
        guard slots[number]?.live != nil else { return }
        slots[number]?.live = nil
        liveCount -= 1
    }

    private func live(_ number: UInt32) throws(ScriptFailure) -> LiveCodec? {
        calls += 1
        if calls % Self.callsBetweenMeasures == 0, guardian.isOverMemory {
            for number in slots.keys { drop(number) }
        }
        slots[number]?.lastCall = calls
        if let live = slots[number]?.live { return live }
        guard let source = slots[number]?.source else { return nil }
        if liveCount >= liveLimit { dropLongestUncalled() }
        let live = try LiveCodec(source: source, guardian: guardian)
        slots[number]?.live = live
        liveCount += 1
        return live
    }

    private func dropLongestUncalled() {
        let oldest = slots.filter { $0.value.live != nil }.min {
            $0.value.lastCall < $1.value.lastCall
        }
        if let oldest { drop(oldest.key) }
    }
}
