import ColdChain
import Fabric
import Testing
import Wire

/// Which readers get the compressed form of a frame, and how often it is made.
struct CompressionTests {
    /// Stands for a compressor: a form that can be told from any frame, and a count.
    private final class Compressor {
        var made = 0
        var hasForm = true

        func form(_ frame: [UInt8]) -> [UInt8]? {
            made += 1
            return hasForm ? [0xC1, UInt8(made)] : nil
        }
    }

    private func room(_ compressor: Compressor) -> Room {
        let room = Room(compression: FrameCompression { compressor.form($0) })
        room.fabric.restore([Sample.order("O1")])
        return room
    }

    @Test("W-17: a record is compressed once, for the readers that agreed to it and no others")
    func once() {
        let compressor = Compressor()
        let room = room(compressor)
        let clients = [1, 2, 3, 4].prefix(4).map { room.connect($0) }
        for client in clients { room.follow(client, Channel(.order, "O1")) }
        room.publish(Sample.alert())
        #expect(compressor.made == 0)
        #expect(room.bytes(to: clients[0], compressibleBytes: .max) == [0xC1, 1])
        let plain = room.bytes(to: clients[1], compressibleBytes: 0)
        #expect(Room.texts(in: plain).count == 1)
        #expect(room.bytes(to: clients[2], compressibleBytes: plain.count) == [0xC1, 1])
        #expect(room.bytes(to: clients[3], compressibleBytes: plain.count - 1) == plain)
        #expect(compressor.made == 1)
        #expect(room.fabric.outboxBytes == 0)
        // A frame's place is used again, its compressed form is not.
        room.publish(Sample.alert())
        #expect(room.bytes(to: clients[0], compressibleBytes: .max) == [0xC1, 2])
    }

    @Test("A record that is not worth it goes as it is, and is not tried again")
    func notWorth() {
        let compressor = Compressor()
        compressor.hasForm = false
        let room = room(compressor)
        let clients = [1, 2, 3, 4].prefix(3).map { room.connect($0) }
        for client in clients { room.follow(client, Channel(.order, "O1")) }
        room.publish(Sample.alert())
        for client in clients {
            let frames = room.bytes(to: client, compressibleBytes: .max)
            #expect(Room.texts(in: frames).count == 1)
        }
        #expect(compressor.made == 1)
        #expect(room.fabric.outboxBytes == 0)
    }
}
