extension Fabric {
    /// Puts a record onto the page that a reader is to get, after the full one, which goes out.
    ///
    /// So a page leaves only when it is known whether another one follows it.
    mutating func add(
        _ record: RecordText, _ number: UInt64, to state: inout CatchUp, on followed: [Channel],
        _ bytes: inout [UInt8]
    ) {
        if state.replay?.isFull == true {
            writePage(of: &state, hasMore: true, on: followed, to: &bytes)
        }
        state.replay?.records.append((number, record))
        state.replay?.bytes += record.data.count
    }

    /// Writes the page, which may be empty, and begins the next one.
    mutating func writePage(
        of state: inout CatchUp, hasMore: Bool, on followed: [Channel], to bytes: inout [UInt8]
    ) {
        guard let page = state.replay else { return }
        let count = texts.tableTap.appendFrame(
            page, on: followed, texts.catalogue, hasMore: hasMore, to: &bytes)
        statistics.replays += UInt64(count)
        state.replay = Replay(
            address: page.address, askedAt: page.askedAt,
            from: page.records.last.map { .record($0.number) } ?? page.from)
    }
}
