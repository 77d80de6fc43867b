import Intake
import Testing

@Suite struct MessageBatchTests {
    private func bytes(_ span: Span<UInt8>) -> [UInt8] {
        var copy: [UInt8] = []
        for index in span.indices { copy.append(span[index]) }
        return copy
    }

    private func append(
        _ batch: inout MessageBatch, topic: [UInt8], payload: [UInt8], qos: UInt8 = 1
    ) -> Bool {
        batch.append(
            broker: 2, packetIdentifier: 9, qos: qos, isRetained: true, topic: topic.span,
            payload: payload.span)
    }

    @Test("messages come out as they went in, and none after emptying")
    func roundTrip() {
        var batch = MessageBatch()
        for index in 0..<100 {
            let topic = [UInt8](repeating: UInt8(index), count: index)
            let payload = [UInt8](repeating: UInt8(255 - index), count: 1_000 - index)
            #expect(append(&batch, topic: topic, payload: payload))
        }
        let (count, byteCount) = (batch.count, batch.byteCount)
        #expect(count == 100)
        #expect(byteCount == 100_000)
        for index in 0..<100 {
            let topic = bytes(batch.topic(at: index))
            #expect(topic == .init(repeating: UInt8(index), count: index))
            let payload = bytes(batch.payload(at: index))
            #expect(payload == .init(repeating: UInt8(255 - index), count: 1_000 - index))
            let entry = batch[index]
            #expect(entry.packetIdentifier == 9)
            #expect(entry.broker == 2)
            #expect(entry.isRetained)
        }
        batch.removeAll()
        let isEmpty = batch.isEmpty && batch.byteCount == 0
        #expect(isEmpty)
    }

    @Test("the batch is full at either limit, and still takes what one read may bring more")
    func limits() {
        var byCount = MessageBatch(messageLimit: 2, byteLimit: 1_000)
        var isFull: [Bool] = []
        for _ in 0..<3 {
            #expect(append(&byCount, topic: [1], payload: [1]))
            isFull.append(byCount.isFull)
        }
        #expect(isFull == [false, true, true])
        var byBytes = MessageBatch(messageLimit: 1_000, byteLimit: 4)
        #expect(append(&byBytes, topic: [1], payload: [1, 2, 3]))
        let isFullByBytes = byBytes.isFull
        #expect(isFullByBytes)
    }

    @Test("beyond the reserve nothing is taken, by count and by bytes")
    func reserve() {
        var byCount = MessageBatch(messageLimit: 1, byteLimit: 1)
        var taken = 0
        while append(&byCount, topic: [1], payload: []) { taken += 1 }
        #expect(taken == 1 + 65_535)
        let count = byCount.count
        #expect(count == taken)
        var byBytes = MessageBatch(messageLimit: 1, byteLimit: 0)
        let payload = [UInt8](repeating: 0, count: 1 << 20)
        taken = 0
        while append(&byBytes, topic: [], payload: payload) { taken += 1 }
        #expect(taken == 16)
    }

    @Test("a payload beyond the payload limit is cut and marked")
    func truncation() {
        var batch = MessageBatch(payloadLimit: 3)
        #expect(append(&batch, topic: [7], payload: [1, 2, 3]))
        #expect(append(&batch, topic: [7], payload: [1, 2, 3, 4]))
        let (whole, cut) = (batch[0], batch[1])
        #expect(!whole.isTruncated)
        #expect(cut.isTruncated)
        #expect(cut.payloadLength == 4)
        let kept = bytes(batch.payload(at: 1))
        #expect(kept == [1, 2, 3])
    }
}
