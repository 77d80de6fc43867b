/// Bytes that stand for values as the log keeps them, each value in one way only
/// (`Documentation/log-format.md`). The memory is kept from one use to the next.
@safe
final class CanonicalBytes {
    enum Tag {
        static let null: UInt8 = 0x00
        /// Plus the number of bytes that follow, 0 to 8.
        static let integer: UInt8 = 0x10
        static let real: UInt8 = 0x20
        static let text: UInt8 = 0x30
        static let blob: UInt8 = 0x40
    }

    private static let firstCapacity = 512
    /// The most that a value without a length of its own takes: a tag and eight bytes.
    private static let longestNumber = 9

    private var memory: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init() {
        unsafe memory = .allocate(byteCount: CanonicalBytes.firstCapacity, alignment: 8)
    }

    deinit {
        unsafe memory.deallocate()
    }

    func removeAll() {
        count = 0
    }

    func withSpan<Answer, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        let bytes = unsafe UnsafeBufferPointer(
            rebasing: memory.bindMemory(to: UInt8.self)[..<count])
        return try body(unsafe bytes.span)
    }

    /// A copy of what was appended.
    var array: [UInt8] {
        unsafe Array(memory[..<count])
    }

    func append(byte: UInt8) {
        reserve(1)
        unsafe memory.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    /// Appends a part of some bytes as they are, without a tag.
    func append(raw bytes: [UInt8], _ part: Range<Int>) {
        unsafe bytes.withUnsafeBytes {
            unsafe append(raw: UnsafeRawBufferPointer(rebasing: $0[part]))
        }
    }

    func append(raw bytes: UnsafeRawBufferPointer) {
        reserve(bytes.count)
        unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    /// Appends a number as eight bytes, the least significant first, without a tag.
    func append(raw number: UInt64) {
        reserve(8)
        unsafe memory.storeBytes(of: number.littleEndian, toByteOffset: count, as: UInt64.self)
        count += 8
    }

    /// Appends a number as four bytes, the least significant first, without a tag.
    func append(raw number: UInt32) {
        reserve(4)
        unsafe memory.storeBytes(of: number.littleEndian, toByteOffset: count, as: UInt32.self)
        count += 4
    }

    func appendNull() {
        append(byte: Tag.null)
    }

    /// As few bytes as hold the number in two's complement; none for zero.
    func append(_ number: Int64) {
        reserve(CanonicalBytes.longestNumber)
        let magnitude = number ^ (number >> 63)
        let bytes = number == 0 ? 0 : (65 - magnitude.leadingZeroBitCount + 7) / 8
        unsafe memory.storeBytes(
            of: Tag.integer + UInt8(truncatingIfNeeded: bytes), toByteOffset: count, as: UInt8.self)
        // Eight are written, so many of them count.
        unsafe memory.storeBytes(
            of: number.littleEndian, toByteOffset: count + 1, as: Int64.self)
        count += 1 + bytes
    }

    func append(_ number: Int64?) {
        if let number { append(number) } else { appendNull() }
    }

    /// As SQLite keeps it: what is not a number is null, and zero has no sign.
    func append(_ number: Double) {
        guard !number.isNaN else { return appendNull() }
        reserve(CanonicalBytes.longestNumber)
        unsafe memory.storeBytes(of: Tag.real, toByteOffset: count, as: UInt8.self)
        let bits = number == 0 ? 0 : number.bitPattern
        unsafe memory.storeBytes(of: bits.littleEndian, toByteOffset: count + 1, as: UInt64.self)
        count += 9
    }

    func append(_ number: Double?) {
        if let number { append(number) } else { appendNull() }
    }

    func append(text bytes: UnsafeRawBufferPointer) {
        append(byte: Tag.text)
        append(raw: UInt32(truncatingIfNeeded: bytes.count))
        unsafe append(raw: bytes)
    }

    func append(blob bytes: UnsafeRawBufferPointer) {
        append(byte: Tag.blob)
        append(raw: UInt32(truncatingIfNeeded: bytes.count))
        unsafe append(raw: bytes)
    }

    func append(blob bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe append(blob: $0) }
    }

    func append(text: String) {
        var text = text
        text.withUTF8 { unsafe append(text: UnsafeRawBufferPointer($0)) }
    }

    private func reserve(_ bytes: Int) {
        // Numbers are written with up to nine bytes, whatever they take.
        let needed = count + bytes + CanonicalBytes.longestNumber
        guard unsafe needed > memory.count else { return }
        let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(needed, 2 * memory.count), alignment: 8)
        unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
        unsafe memory.deallocate()
        unsafe memory = larger
    }
}

/// Finds values in canonical bytes.
enum CanonicalValues {
    /// Each value, nil where it is no integer; nil where the bytes are not whole values.
    static func integers(_ bytes: Span<UInt8>) -> [Int64?]? {
        guard let ends = ends(bytes) else { return nil }
        var start = 0
        return ends.map { end in
            defer { start = end }
            let tag = bytes[start]
            guard (CanonicalBytes.Tag.integer...CanonicalBytes.Tag.integer + 8).contains(tag)
            else { return nil }
            return integer(bytes, start + 1..<end)
        }
    }

    /// Two's complement of at most eight bytes, the least significant first.
    static func integer(_ bytes: Span<UInt8>, _ part: Range<Int>) -> Int64 {
        var value: Int64 = 0
        for (place, index) in part.enumerated() { value |= Int64(bytes[index]) << Int64(8 * place) }
        let unused = Int64(64 - 8 * part.count)
        return part.isEmpty ? 0 : (value << unused) >> unused
    }

    /// Where each value ends; nil where the bytes are not whole values.
    static func ends(_ bytes: Span<UInt8>) -> [Int]? {
        var ends: [Int] = []
        var place = 0
        while place < bytes.count {
            let tag = bytes[place]
            place += 1
            switch tag {
            case CanonicalBytes.Tag.null: break
            case CanonicalBytes.Tag.integer...CanonicalBytes.Tag.integer + 8:
                place += Int(tag - CanonicalBytes.Tag.integer)
            case CanonicalBytes.Tag.real: place += 8
            case CanonicalBytes.Tag.text, CanonicalBytes.Tag.blob:
                guard place + 4 <= bytes.count else { return nil }
                var length = 0
                for byte in 0..<4 { length |= Int(bytes[place + byte]) << (8 * byte) }
                place += 4 + length
            default: return nil
            }
            guard place <= bytes.count else { return nil }
            ends.append(place)
        }
        return ends
    }
}
