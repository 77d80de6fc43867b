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

    private var extended: [(address: UInt64, heard: Timestamp)] = []
    private var oldestExtended = 0

    init(salt: UInt64 = 0) {
        self.salt = salt
    }
}

// Keys.
extension AdvertMemory {
    mutating func setKey(_ key: Span<UInt8>?, ofDevice name: Span<UInt8>) throws(AdvertKeyError) {
        guard let key else {
            if let number = names?.find(name) { forget(number) }
            return
        }
        guard key.count == SealedMessageOpener.keyLength else {
            throw .wrongLength(key.count)
        }
        if opener == nil {
            do { opener = try SealedMessageOpener() } catch { throw .cryptographyUnavailable }
        }
        var table = names ?? NameTable(salt: salt)
        // The only holder of the table does not copy it.
        names = nil
        let number: Int
        if let known = table.find(name) {
            number = known
        } else {
            number = table.insert(name)
            keys.append(nil)
            counters.append(nil)
        }
        names = table
        var material = key.indices.map { key[$0] }
        keys[number] = Secret(material)
        counters[number] = nil
        for index in material.indices { material[index] = 0 }
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
        guard let counter else { return }
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
