/// The frames of the record class, each held once for all outboxes that name it.
///
/// Counting here is plain arithmetic on one integer a frame; nothing in an outbox is a reference.
struct FrameStore {
    struct Entry {
        var bytes: [UInt8] = []
        /// For readers that agreed to it; nil until the first of them is sent the frame, empty where
        /// it goes better as it is.
        var compressed: [UInt8]?
        /// For readers of MessagePack; nil until the first of them is sent the frame.
        var packed: [UInt8]?
        /// In how many outboxes the frame waits.
        var readers = 0
        var channels = EventChannels()
        var isInHistory = false
        /// What it says, where that is to be confirmed.
        var critical: RecordText?
    }

    /// The room that freed frames may keep for the next ones.
    private static let spareBytes = 4 << 20

    private(set) var entries: [Entry] = []
    private var free: [Int32] = []
    private var freeCapacity = 0
    /// The bytes of all frames that wait somewhere.
    private(set) var heldBytes = 0
    /// How often frames wait, over all outboxes.
    private(set) var waiting = 0

    /// Takes in the frame that `write` appends; nil where it appends none. It must be given readers
    /// or be released.
    mutating func add(
        channels: EventChannels, isInHistory: Bool, _ write: (inout [UInt8]) -> Bool
    ) -> Int32? {
        let place: Int
        if let spare = free.popLast() {
            place = Int(spare)
            freeCapacity -= entries[place].bytes.capacity
        } else {
            entries.append(Entry())
            place = entries.count - 1
        }
        entries[place].channels = channels
        entries[place].isInHistory = isInHistory
        entries[place].critical = nil
        let isWritten = write(&entries[place].bytes)
        heldBytes += entries[place].bytes.count
        let frame = Int32(truncatingIfNeeded: place)
        guard isWritten else {
            releaseIfUnread(frame)
            return nil
        }
        return frame
    }

    /// The frame tells a record that is to be confirmed.
    mutating func mark(_ place: Int32, critical record: RecordText) {
        entries[Int(place)].critical = record
    }

    func byteCount(_ place: Int32) -> Int { entries[Int(place)].bytes.count }

    /// The frame's compressed form, made once for all that want it; nil where it goes as it is.
    mutating func compressed(_ place: Int32, by compression: FrameCompression) -> [UInt8]? {
        let index = Int(place)
        if entries[index].compressed == nil {
            let made = compression.compressed(entries[index].bytes) ?? []
            heldBytes += made.count
            entries[index].compressed = made
        }
        guard let made = entries[index].compressed, !made.isEmpty else { return nil }
        return made
    }

    /// The frame in MessagePack.
    mutating func packed(
        _ place: Int32, by packing: MessagePacking, in dialect: Dialect
    ) -> [UInt8] {
        let index = Int(place)
        if let packed = entries[index].packed { return packed }
        let made = packing.packed(frame: entries[index].bytes, in: dialect)
        heldBytes += made.count
        entries[index].packed = made
        return made
    }

    mutating func addReaders(_ count: Int, to place: Int32) {
        entries[Int(place)].readers += count
        waiting += count
    }

    mutating func removeReader(of place: Int32) {
        entries[Int(place)].readers -= 1
        waiting -= 1
        releaseIfUnread(place)
    }

    mutating func releaseIfUnread(_ place: Int32) {
        let index = Int(place)
        guard entries[index].readers == 0 else { return }
        heldBytes -= entries[index].bytes.count + (entries[index].compressed?.count ?? 0)
        heldBytes -= entries[index].packed?.count ?? 0
        entries[index].compressed = nil
        entries[index].critical = nil
        entries[index].packed = nil
        if freeCapacity + entries[index].bytes.capacity <= Self.spareBytes {
            entries[index].bytes.removeAll(keepingCapacity: true)
        } else {
            entries[index].bytes = []
        }
        freeCapacity += entries[index].bytes.capacity
        free.append(place)
    }
}
