import ColdChain
import Crypto
import Wire

/// Why a key for encrypted adverts was not taken.
package enum AdvertKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    case wrongLength(Int)
    case cryptographyUnavailable

    package var description: String {
        switch self {
        case .wrongLength(let count): "a key for adverts has 16 bytes, not \(count)"
        case .cryptographyUnavailable: "the cryptographic library offers no AES-128-CCM"
        }
    }
}

/// What has to be known of devices to understand their adverts: keys, how far their counters have
/// come, and which of them say the same in two formats.
struct AdvertMemory: Sendable {
    /// Frames that a slower gateway relays late have a lower counter than the newest. So many may be
    /// late; their readings are new to the log, or duplicates by their counter.
    static let lateFrames: UInt32 = 256
    /// A counter below begins anew, after a change of the battery or the last of its numbers.
    static let restartedCounters: UInt32 = 100
    /// For so long an extended advert stands for the shorter one of the same device.
    static let extendedMilliseconds: Int64 = 300_000
    /// Devices with extended adverts that are remembered; the oldest is forgotten.
    static let extendedDevices = 256

    private let salt: UInt64
    /// Nil until a key is set: most have none.
    private var names: NameTable?
    private var keys: [Secret?] = []
    private var counters: [UInt32?] = []
    private var opener: SealedMessageOpener?
    /// What the last sealed message said.
    private(set) var message: [UInt8] = []
    /// Whether a counter that went back is no sign of a replay: for messages that were received
    /// before, and are decoded once more.
    var takesOldCounters = false

    private var extended: [(address: UInt64, heard: Timestamp)] = []
    private var oldestExtended = 0

    init(salt: UInt64 = 0) {
        self.salt = salt
    }
}

// Keys.
extension AdvertMemory {
    /// From now on the adverts of a device are opened with the key, of 16 bytes; nil forgets it.
    /// The same key again changes nothing: how far its counter has come is still known.
    ///
    /// - Returns: The number of the device; nil where it has no key, and had none.
    @discardableResult
    mutating func setKey(
        _ key: Secret?, ofDevice name: Span<UInt8>
    ) throws(AdvertKeyError) -> Int? {
        guard let key else {
            let number = names?.find(name)
            if let number { forget(number) }
            return number
        }
        guard key.count == SealedMessageOpener.keyLength else {
            throw .wrongLength(key.count)
        }
        if opener == nil {
            do { opener = try SealedMessageOpener() } catch { throw .cryptographyUnavailable }
        }
        let number = insert(name)
        if let known = keys[number], known == key { return number }
        keys[number] = key
        counters[number] = nil
        return number
    }

    /// From now on these are all the keys there are.
    mutating func setKeys(_ listed: [AdvertKey]) throws(AdvertKeyError) {
        var numbers: Set<Int> = []
        for entry in listed {
            let name = entry.address.name
            guard let number = try setKey(entry.key, ofDevice: name.span) else { continue }
            numbers.insert(number)
        }
        for number in keys.indices where !numbers.contains(number) { forget(number) }
    }

    /// The number of a device by its name, which is new or not.
    private mutating func insert(_ name: Span<UInt8>) -> Int {
        var table = names ?? NameTable(salt: salt)
        // The only holder of the table does not copy it.
        names = nil
        defer { names = table }
        if let known = table.find(name) { return known }
        keys.append(nil)
        counters.append(nil)
        return table.insert(name)
    }

    private mutating func forget(_ number: Int) {
        keys[number] = nil
        counters[number] = nil
    }

    /// The number of the sender's key, by the name it goes by or its address.
    private func keyNumber(_ sample: borrowing AdvertSample, _ batch: borrowing SampleBatch) -> Int?
    {
        guard let names else { return nil }
        if let device = sample.draft.device,
            let number = names.find(batch.text.span.extracting(device)), keys[number] != nil
        {
            return number
        }
        guard let address = sample.address else { return nil }
        let name = address.name
        return names.find(name.span).flatMap { keys[$0] == nil ? nil : $0 }
    }

    /// Opens what the sender sealed, into `message`.
    ///
    /// - Parameters:
    ///   - sealed: without the tag.
    ///   - counter: one that the device counts up with every new frame, over all 32 bits.
    mutating func open(
        _ sealed: Span<UInt8>, tag: Span<UInt8>, nonce: Span<UInt8>, associated: Span<UInt8>,
        counter: UInt32? = nil, _ sample: borrowing AdvertSample, _ batch: borrowing SampleBatch
    ) throws(DecodingFailure) {
        guard let number = keyNumber(sample, batch), let key = keys[number], let opener else {
            throw DecodingFailure(.missingKey, detail: "an encrypted advert")
        }
        let isOpened: Bool
        do {
            isOpened = try opener.open(
                sealed, tag: tag, nonce: nonce, associated: associated, key: key, into: &message)
        } catch {
            throw DecodingFailure(
                .unsupported, detail: "an encrypted advert of \(sealed.count) bytes")
        }
        guard isOpened else {
            throw DecodingFailure(.wrongKey, detail: "an encrypted advert")
        }
        guard let counter, !takesOldCounters else { return }
        guard let last = counters[number] else {
            counters[number] = counter
            return
        }
        guard Self.isFresh(counter, after: last) else {
            throw DecodingFailure(
                .replayedFrame, detail: "counter \(counter) after \(last) in an encrypted advert")
        }
        if counter > last || last - counter > Self.lateFrames { counters[number] = counter }
    }

    static func isFresh(_ counter: UInt32, after last: UInt32) -> Bool {
        counter >= last || last - counter <= lateFrames || counter < restartedCounters
    }
}

// Devices that send an extended advert beside a shorter one of the same readings.
extension AdvertMemory {
    mutating func noteExtended(_ address: BluetoothAddress?, at time: Timestamp) {
        guard let address else { return }
        for index in extended.indices where extended[index].address == address.value {
            extended[index].heard = time
            return
        }
        if extended.count < Self.extendedDevices {
            extended.append((address.value, time))
        } else {
            extended[oldestExtended] = (address.value, time)
            oldestExtended = (oldestExtended + 1) % Self.extendedDevices
        }
    }

    func sendsExtended(_ address: BluetoothAddress?, at time: Timestamp) -> Bool {
        guard let address else { return false }
        return extended.contains {
            $0.address == address.value
                && time.milliseconds(since: $0.heard).magnitude
                    <= UInt64(Self.extendedMilliseconds)
        }
    }
}
