import ColdChain

/// What the frames of Dragino's nodes have in common; all numbers are big-endian.
enum DraginoNode {
    /// A row of the log that a node keeps, and the length of an ordinary frame.
    static let rowLength = 11

    /// The status a node sends on port 5 after it joined and twice a day: model, firmware (2),
    /// band, sub-band, millivolts (2).
    static func decodeStatus(
        _ frame: Span<UInt8>, _ draft: SampleDraft, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard let millivolts = frame.bigEndian(UInt16.self, at: 5) else {
            throw DecodingFailure(.truncatedFrame, detail: "a node's status has 7 bytes")
        }
        let start = batch.measurements.count
        batch.addBattery(millivolts: millivolts)
        batch.close(draft, from: start)
    }

    /// Whether seconds since 1970 can be those of a row: neither a clock that was never set nor
    /// the words of a probe, which begin with 7F where it is absent.
    static func isTime(_ seconds: UInt32) -> Bool {
        // 2010-01-01 and the byte 7F.
        (1_262_304_000..<0x7F00_0000).contains(seconds)
    }
}
