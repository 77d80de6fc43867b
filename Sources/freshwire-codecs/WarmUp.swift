import CodecMessages
import System

/// Makes the engine do once all that needs the file system or a new kind of system call.
///
/// Locales and time zones are read, helper threads started, the time limit tried and the garbage
/// collected, while the process may still do as it likes.
enum WarmUp {
    private static let codec = """
        function decodeUplink(input) {
            var date = input.recvTime;
            var text = date.toString() + date.toLocaleString() + date.toLocaleDateString()
                + date.toLocaleTimeString() + (1234.5).toLocaleString() + "\\u00e9".normalize("NFD")
                + "I".toLocaleLowerCase() + new Intl.DateTimeFormat().format(date)
                + ["b", "a"].sort(function (x, y) { return x.localeCompare(y); }).join()
                + /\\d+(?<n>x)?/iu.test("12x") + Buffer.from("00ff", "hex").toString("base64")
                + new Date(2020, 1, 2).getHours() + Math.random() + BigInt(12) + Date.now();
            if (input.fPort === 1) { while (true) { text.length; } }
            var much = [];
            for (var index = 0; index < 200000; index++) { much = { much: much, index: index }; }
            return { data: { text: text, list: [1, 2] }, warnings: ["w"] };
        }
        """

    /// CPU time, in nanoseconds, of the endless loop that shows that one can be ended. It comes out
    /// of the time for compiling, too, which on a busy machine may be more than the first.
    private static let patience: [UInt64] = [2_000_000, 50_000_000, 1_000_000_000]

    static func run(meter: MemoryMeter) throws(ScriptFailure) {
        let guardian = Guard(nanoseconds: 1_000_000_000, memoryLimit: .max, meter: meter)
        var output: [UInt8] = []
        var call = DecodeCall(receivedMilliseconds: 1_700_000_000_000, port: 2, bytes: [1, 2, 3])
        call.variables = [("name", "value")]
        try LiveCodec(source: Array(codec.utf8), guardian: guardian).decode(call, into: &output)
        call.port = 1
        for patience in patience {
            let impatient = Guard(nanoseconds: patience, memoryLimit: .max, meter: meter)
            guard let looping = try compiled(impatient) else { continue }
            do {
                try looping.decode(call, into: &output)
            } catch {
                guard error == .timedOut else { throw error }
                return
            }
        }
        throw .timedOut
    }

    /// Nil where the guard's time was over before.
    private static func compiled(_ guardian: Guard) throws(ScriptFailure) -> LiveCodec? {
        do {
            return try LiveCodec(source: Array(codec.utf8), guardian: guardian)
        } catch {
            guard error == .timedOut else { throw error }
            return nil
        }
    }
}
