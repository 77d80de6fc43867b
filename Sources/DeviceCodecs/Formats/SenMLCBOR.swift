package import ColdChain

/// SenML packs as CBOR (RFC 8428, labels of its table 4).
///
/// The same records as `SenMLJSON`, as maps with whole numbers for labels; containers and strings of
/// definite or indefinite length, numbers as integers, floats of two, four and eight bytes, or
/// decimal fractions (tag 4). A message that is not CBOR to its last byte is refused as a whole.
package enum SenMLCBOR {
    package static func decode(
        _ frame: Span<UInt8>, port: Int, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let before = (batch.samples.count, batch.measurements.count, batch.text.count)
        do throws(DecodingFailure) {
            var reader = RecordReader(pack: SenMLPack(message))
            try reader.read(frame, into: &batch)
        } catch {
            batch.samples.removeLast(batch.samples.count - before.0)
            batch.measurements.removeLast(batch.measurements.count - before.1)
            batch.text.removeLast(batch.text.count - before.2)
            throw error
        }
        for index in before.0..<batch.samples.count where batch.samples[index].device == nil {
            batch.samples[index].device = draft.device
        }
        if batch.samples.count == before.0, batch.rejections.isEmpty { batch.isStatus = true }
    }

    private struct RecordReader {
        var reader = CBORReader()
        var pack: SenMLPack
        var baseName = CBORReader.Text.joined(0..<0)

        init(pack: SenMLPack) {
            self.pack = pack
        }

        mutating func read(
            _ frame: Span<UInt8>, into batch: inout SampleBatch
        ) throws(DecodingFailure) {
            guard !frame.isEmpty else { throw DecodingFailure(.emptyPayload, detail: "no bytes") }
            switch try reader.next(frame) {
            case .map(let count): try record(pairs: count, row: 0, frame, &batch)
            case .array(let count): try records(count, frame, &batch)
            default: throw DecodingFailure(.notCBOR, detail: "neither a pack nor a record")
            }
            guard reader.offset == frame.count else {
                throw DecodingFailure(.notCBOR, detail: "bytes behind the end of the pack")
            }
            pack.finish(&batch)
        }

        private mutating func records(
            _ count: UInt64?, _ frame: Span<UInt8>, _ batch: inout SampleBatch
        ) throws(DecodingFailure) {
            var row = 0
            while count.map({ UInt64(row) < $0 }) ?? true {
                let item = try reader.next(frame)
                if count == nil, item == .breakMark { return }
                if case .map(let pairs) = item {
                    try record(pairs: pairs, row: row, frame, &batch)
                } else {
                    try reader.skip(item, frame)
                    batch.reject(row: row, .notAnObject)
                }
                row += 1
            }
        }

        private mutating func record(
            pairs count: UInt64?, row: Int, _ frame: Span<UInt8>, _ batch: inout SampleBatch
        ) throws(DecodingFailure) {
            var record = SenMLRecord()
            var seen: UInt16 = 0
            var name = CBORReader.Text.joined(0..<0)
            var left = count ?? .max
            while left > 0 {
                let key = try reader.next(frame)
                if count == nil, key == .breakMark { break }
                left -= 1
                guard let label = try label(key, frame, &record) else {
                    try reader.skip(frame)
                    continue
                }
                record.note(label, among: &seen)
                try field(label, frame, &record, &name)
            }
            let joined = reader.joined
            try pack.add(
                record, baseName: Self.bytes(baseName, frame, joined.span),
                name: Self.bytes(name, frame, joined.span), row: row, into: &batch)
        }

        /// What a key stands for; nil for a field that is not known.
        private mutating func label(
            _ key: CBORReader.Item, _ frame: Span<UInt8>, _ record: inout SenMLRecord
        ) throws(DecodingFailure) -> SenMLLabel? {
            switch key {
            case .unsigned(let number):
                return Int64(exactly: number).flatMap(SenMLLabel.init(cbor:))
            case .negative(let number):
                return Int64(exactly: number).flatMap { SenMLLabel(cbor: -1 - $0) }
            case .text(let text):
                let joined = reader.joined
                let name = Self.bytes(text, frame, joined.span)
                let label = SenMLLabel(name)
                if label == nil, SenMLLabel.isMandatory(name) { record.fault = .unsupported }
                return label
            default:
                try reader.skip(key, frame)
                return nil
            }
        }

        private mutating func field(
            _ label: SenMLLabel, _ frame: Span<UInt8>, _ record: inout SenMLRecord,
            _ name: inout CBORReader.Text
        ) throws(DecodingFailure) {
            let item = try reader.next(frame)
            switch (label, item) {
            case (.baseName, .text(let text)): baseName = text
            case (.name, .text(let text)): name = text
            case (.baseUnit, .text(let text)): record.baseUnit = unit(text, frame)
            case (.unit, .text(let text)): record.unit = unit(text, frame)
            case (.boolValue, .bool(let value)): record.value = .bool(value)
            case (.value, .null): break
            case (.value, _), (.time, _), (.baseTime, _), (.baseValue, _), (.baseVersion, _):
                record.set(label, number: try reader.number(item, frame))
            default:
                try reader.skip(item, frame)
                switch label {
                case .textValue, .dataValue: record.value = .other
                case .boolValue: record.value = .notANumber
                case .name: record.fault = .wrongType
                case .baseName, .baseUnit: record.hasBrokenBase = true
                default: break
                }
            }
        }

        private func unit(_ text: CBORReader.Text, _ frame: Span<UInt8>) -> SenMLUnit {
            let joined = reader.joined
            return SenMLUnit(Self.bytes(text, frame, joined.span))
        }

        @_lifetime(copy frame, copy joined)
        private static func bytes(
            _ text: CBORReader.Text, _ frame: Span<UInt8>, _ joined: Span<UInt8>
        ) -> Span<UInt8> {
            switch text {
            case .inMessage(let range): frame.extracting(range)
            case .joined(let range): joined.extracting(range)
            }
        }
    }
}
