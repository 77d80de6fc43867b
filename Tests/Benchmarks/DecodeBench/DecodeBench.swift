import CAllocationCounter
import ColdChain
import DeviceCodecs
import Glibc

/// What it costs to decode a message, from its topic and payload to samples: the thread's own time
/// and allocations.
///
/// With `--check` it runs briefly and fails where a sound message allocates: for the tests.
@main
struct DecodeBench {
    private static let cases: [(name: String, topic: String, payload: String)] = [
        (
            "bag, one reading", "bags/bag-000017/readings",
            #"{"t":1795176000123,"temperature":4.25,"humidity":61.5,"battery":88,"seq":17}"#
        ),
        (
            "bag, 60 readings", "bags/bag-000017/readings",
            "["
                + (0..<60).map {
                    #"{"t":\#(1_795_176_000_000 + $0 * 60_000),"temperature":4.\#($0),"#
                        + #""humidity":61.5,"battery":88,"seq":\#($0)}"#
                }.joined(separator: ",") + "]"
        ),
        (
            "bag, beside 20 unknown members", "bags/bag-000017/readings",
            "{" + (0..<20).map { #""unknown_\#($0)":[\#($0),"text",true]"# }.joined(separator: ",")
                + #","t":1795176000123,"temperature":4.25}"#
        ),
        (
            "tracker, one fix", "vehicles/rider-0042/location",
            #"{"t":1795176000123,"lat":48.137154,"lon":11.576124,"speed":32.4,"heading":271,"#
                + #""accuracy":4.5,"battery":71,"seq":90210}"#
        ),
    ]

    static func main() throws {
        let isCheck = CommandLine.arguments.contains("--check")
        let catalogue = try ProfileCatalogue(ProfileCatalogue.shippedProfiles())
        var decoder = try PayloadDecoder(catalogue)
        var batch = SampleBatch()
        var allocated: UInt64 = 0
        print("message                             ns/message  ns/sample  allocations/message")
        var messages = cases.map { name, topic, payload in
            (name, Message(topic: Array(topic.utf8), payload: Array(payload.utf8)))
        }
        messages += examples(of: catalogue)
        for (name, message) in messages {
            let count = isCheck ? 1000 : 4_000_000 / (message.payload.count + 20)
            let result = try measure(
                message, count, rounds: isCheck ? 1 : 9, catalogue, &decoder, &batch)
            allocated += result.allocations
            let perMessage = result.nanoseconds / Double(count)
            print(
                pad(name, 36), pad(tenths(perMessage), 11),
                pad(tenths(perMessage / Double(batch.samples.count)), 10),
                tenths(Double(result.allocations) / Double(count)), separator: "")
        }
        if isCheck, allocated > 0 { throw Allocated(count: allocated) }
        if !isCheck { try measureLoading() }
    }

    /// The first example of each shipped profile that gives a sample: a message of each format.
    private static func examples(of catalogue: ProfileCatalogue) -> [(String, Message)] {
        catalogue.profiles.enumerated().compactMap { number, profile in
            guard profile.id.hasPrefix("generic/") == false,
                let example = profile.examples.first(where: { !$0.samples.isEmpty })
            else { return nil }
            var message = Message(
                topic: Array((example.topic ?? "").utf8), payload: example.payload)
            message.profile = ProfileNumber(rawValue: number)
            message.port = example.port
            // Past the times that the examples tell.
            message.receivedAt = example.receivedAt ?? Timestamp(milliseconds: 1_798_761_600_000)
            return ("\(profile.id), \(example.payload.count) bytes", message)
        }
    }

    /// What it costs to read a thousand profiles with their examples, and to route by them.
    private static func measureLoading() throws {
        let topic = "bags/bag-000017/readings"
        guard let text = ProfileCatalogue.shippedText(of: "generic/bag/profile.yaml") else {
            return
        }
        var profiles: [Profile] = []
        let start = threadNanoseconds()
        for number in 0..<1000 {
            let own = text.replacing("id: generic/bag", with: "id: bench/bag-\(number)")
                .replacing("topic: bags/", with: "topic: site-\(number)/bags/")
            profiles.append(try Profile(parsing: Array(own.utf8), file: "\(number)"))
        }
        let catalogue = try ProfileCatalogue(profiles)
        let loaded = threadNanoseconds() - start
        print("1,000 profiles loaded, ms:", tenths(Double(loaded) / 1_000_000))
        let small = try ProfileCatalogue(ProfileCatalogue.shippedProfiles())
        try measureRouting("30 profiles", small, Array(topic.utf8))
        try measureRouting("1,000 profiles", catalogue, Array("site-500/\(topic)".utf8))
    }

    private static func measureRouting(
        _ name: String, _ catalogue: ProfileCatalogue, _ topic: [UInt8]
    ) throws {
        let start = threadNanoseconds()
        var sum = 0
        for _ in 0..<1_000_000 { sum += try catalogue.route(topic.span).profile.rawValue }
        let spent = Double(threadNanoseconds() - start) / 1_000_000
        precondition(sum >= 0, "profiles are numbered from 0")
        print("routing by \(name), ns a message:", tenths(spent))
    }

    private struct Message {
        var topic: [UInt8]
        var payload: [UInt8]
        /// Where the topic does not tell.
        var profile: ProfileNumber?
        var port = 0
        var receivedAt = Timestamp(milliseconds: 1_795_176_001_000)
    }

    private struct Allocated: Error {
        var count: UInt64
    }

    /// The shortest of some rounds, and what all of them allocated.
    private static func measure(
        _ message: Message, _ count: Int, rounds: Int, _ catalogue: ProfileCatalogue,
        _ decoder: inout PayloadDecoder, _ batch: inout SampleBatch
    ) throws -> (nanoseconds: Double, allocations: UInt64) {
        // Memory grows to the size of the messages first.
        try decode(message, 10, catalogue, &decoder, &batch)
        var shortest = UInt64.max
        let before = allocation_count()
        for _ in 0..<rounds {
            let start = threadNanoseconds()
            try decode(message, count, catalogue, &decoder, &batch)
            shortest = min(shortest, threadNanoseconds() - start)
        }
        return (Double(shortest), allocation_count() - before)
    }

    /// What this thread has run so far; what others take of the machine does not count.
    private static func threadNanoseconds() -> UInt64 {
        var time = timespec()
        let status = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        precondition(status == 0, "a thread can read its own clock")
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    @inline(never)
    private static func decode(
        _ message: Message, _ count: Int, _ catalogue: ProfileCatalogue,
        _ decoder: inout PayloadDecoder, _ batch: inout SampleBatch
    ) throws {
        for _ in 0..<count {
            let profile = try message.profile ?? catalogue.route(message.topic.span).profile
            try decoder.decode(
                message.payload.span, topic: message.topic.span, profile: profile,
                IncomingMessage(receivedAt: message.receivedAt, port: message.port), into: &batch)
        }
    }

    private static func tenths(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
