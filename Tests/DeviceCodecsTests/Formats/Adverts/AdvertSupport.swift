import ColdChain
import Crypto
import DeviceCodecs
import Testing

/// What an advert came to.
struct ReadAdvert: Equatable {
    var isKnown: Bool
    var samples: Int
    var batch: SampleBatch

    static func == (one: ReadAdvert, other: ReadAdvert) -> Bool {
        one.isKnown == other.isKnown && one.samples == other.samples
    }

    func values(_ quantity: Quantity) -> [Double] {
        batch.measurements.filter { $0.quantity == quantity && $0.marker == nil }.map(\.value)
    }

    var sequence: Int64? { batch.samples.first?.sequence }
    var notes: ReadingNotes { batch.samples.first?.notes ?? [] }
    var device: String? { batch.device() }
}

/// A receiver of adverts that remembers what it heard.
struct Receiver {
    var router = FrameRouter(formats: [])
    var message = MessageContext(receivedAt: noon)

    mutating func hear(_ advert: [UInt8], from address: String? = nil) throws -> ReadAdvert {
        var batch = SampleBatch()
        let isKnown = try router.decodeAdvert(
            advert.span, from: address.flatMap { BluetoothAddress(Array($0.utf8).span) },
            SampleDraft(), message, into: &batch)
        return ReadAdvert(isKnown: isKnown, samples: batch.samples.count, batch: batch)
    }

    mutating func setKey(_ key: String?, of address: String) throws {
        let name = Array(address.utf8)
        if let key {
            try router.setKey(Secret(hex(key)), ofDevice: name.span)
        } else {
            try router.setKey(nil, ofDevice: name.span)
        }
    }

    /// The reason why an advert fails.
    mutating func failure(_ advert: [UInt8], from address: String? = nil) -> DecodingReason? {
        do {
            _ = try hear(advert, from: address)
            return nil
        } catch let failure as DecodingFailure {
            return failure.reason
        } catch {
            return nil
        }
    }
}

/// An AD structure of manufacturer data.
func manufacturer(_ company: UInt16, _ data: [UInt8]) -> [UInt8] {
    [UInt8(3 + data.count), 0xFF, UInt8(company & 0xFF), UInt8(company >> 8)] + data
}

func manufacturer(_ company: UInt16, _ data: String) -> [UInt8] {
    manufacturer(company, hex(data))
}

/// An AD structure of service data.
func service(_ number: UInt16, _ data: [UInt8]) -> [UInt8] {
    [UInt8(3 + data.count), 0x16, UInt8(number & 0xFF), UInt8(number >> 8)] + data
}

func service(_ number: UInt16, _ data: String) -> [UInt8] {
    service(number, hex(data))
}

func hear(_ advert: [UInt8], from address: String? = nil) throws -> ReadAdvert {
    var receiver = Receiver()
    return try receiver.hear(advert, from: address)
}

/// A frame and what it says; nil stands for "not available".
struct AdvertCase: Sendable, CustomTestStringConvertible {
    var name: String
    var advert: [UInt8]
    var values: [(Quantity, Double)] = []
    var markers: [(Quantity, Marker)] = []
    var sequence: Int64?
    var device: String?

    var testDescription: String { name }

    func check() throws {
        let read = try hear(advert)
        #expect(read.isKnown)
        for (quantity, value) in values {
            #expect(read.batch.value(quantity) == value, "\(quantity)")
        }
        for (quantity, marker) in markers {
            #expect(read.batch.marker(quantity) == marker, "\(quantity)")
        }
        #expect(read.batch.measurements.count == values.count + markers.count)
        #expect(read.sequence == sequence)
        #expect(read.device == device)
        #expect(read.batch.rejections.isEmpty)
    }
}

/// Cuts a frame at every length and says what became of it: a frame that lost a byte it needs is a
/// failure, and nothing of it is recorded.
func expectTruncationFails(
    _ frame: [UInt8], needing length: Int, of wrap: ([UInt8]) -> [UInt8]
) {
    for count in 1..<length {
        var receiver = Receiver()
        #expect(
            receiver.failure(wrap(Array(frame.prefix(count)))) == .truncatedFrame,
            "\(count) of \(length) bytes")
    }
}
