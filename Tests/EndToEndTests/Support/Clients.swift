import Foundation
import InteropSupport
import TestSupport

/// The secret of every webhook endpoint of these tests.
let webhookSecret = WebhookReceiver.secret

/// A WebSocket opened by the PyPI package `websockets`.
final class RealtimeClient {
    struct End: Equatable {
        var code: Int
        var reason: String
    }

    /// `open SUBPROTOCOL`, `refused STATUS` or `failed REASON`.
    let announcement: String
    private let program: RunningProgram
    private let folder = TemporaryDirectory()

    convenience init(
        _ daemon: Freshwire, path: String = "/v1/realtime", token: String, isSlow: Bool = false
    ) throws {
        try self.init(
            url: "ws://127.0.0.1:\(daemon.port)\(path)", token: token, isSlow ? ["--slow"] : [])
    }

    /// A client of another dialect; an empty token is not sent in a header field.
    init(url: String, token: String, _ options: [String]) throws {
        program = try RunningProgram("realtime.py", [url, token, folder.file("frames")] + options)
        announcement = program.announcement
    }

    func send(_ line: String) throws { try program.send(line) }

    func subscribe(toOrder order: String) throws {
        try send(
            #"{"type":"subscribe","id":"s-\#(order)","timestamp":"2026-11-20T12:00:00Z","#
                + #""payload":{"channel":"orders","filter":{"orderId":"\#(order)"}}}"#)
        guard try first("subscribe_ack", { $0.id == "s-\(order)" }) != nil else {
            throw Unexpected(description: "no subscribe_ack in \(lines)")
        }
    }

    /// What has come so far, as it came, and how it ended.
    var lines: [Substring] {
        let text = folder.read("frames")
        return text.prefix(upTo: text.lastIndex(of: "\n") ?? text.startIndex)
            .split(separator: "\n")
    }

    /// What has come so far, in the form of another dialect.
    func messages<Message: Decodable>(as _: Message.Type = Message.self) throws -> [Message] {
        try lines.filter { !$0.hasPrefix("closed") }.map { try decode($0) }
    }

    /// What has come so far.
    func frames(_ type: String? = nil) throws -> [Frame] {
        try lines.filter { !$0.hasPrefix("closed") }.map { try decode($0) }
            .filter { type == nil || $0.type == type }
    }

    /// How many messages of a type have come so far.
    func count(_ type: String) -> Int {
        lines.count { $0.hasPrefix("{\"type\":\"\(type)\"") }
    }

    /// Waits for a message.
    func first(_ type: String, _ isMeant: (Frame) -> Bool = { _ in true }) throws -> Frame? {
        var found: Frame?
        _ = try eventually(within: .seconds(30)) {
            found = try frames(type).first(where: isMeant)
            return found != nil
        }
        return found
    }

    /// Waits until the connection has ended, and answers how.
    func end() -> End? {
        var end: End?
        _ = eventually(within: .seconds(30)) {
            guard let line = lines.last, line.hasPrefix("closed") else { return false }
            let words = line.split(separator: " ", maxSplits: 2)
            end = End(code: Int(words[1]) ?? 0, reason: words.count > 2 ? String(words[2]) : "")
            return true
        }
        return end
    }
}

/// A publisher, the PyPI package `paho-mqtt`, that notes what the broker has acknowledged.
final class LoadPublisher {
    struct Acknowledged: Hashable {
        var number: Int
        /// Milliseconds since 1970, where readings are timed.
        var measuredAt: Int
    }

    private let program: RunningProgram
    private let folder = TemporaryDirectory()

    /// - Parameter rate: readings a second.
    init(port: UInt16, rate: Int, bags: Int, isTimed: Bool = true) throws {
        program = try RunningProgram(
            "publisher.py",
            [
                "\(port)", folder.file("acknowledged"), "\(rate)", "\(bags)",
                isTimed ? "timed" : "untimed",
            ])
        guard program.announcement == "ready" else {
            throw Unexpected(description: "the publisher said \(program.announcement)")
        }
    }

    /// Publishes no more, and waits until the broker has acknowledged everything.
    func finish() throws {
        guard program.finish() == 0 else {
            throw Unexpected(description: "the broker did not acknowledge everything")
        }
    }

    var acknowledged: [Acknowledged] {
        let text = folder.read("acknowledged")
        return text.prefix(upTo: text.lastIndex(of: "\n") ?? text.startIndex)
            .split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ").compactMap { Int($0) }
                return words.count == 2
                    ? Acknowledged(number: words[0], measuredAt: words[1]) : nil
            }
    }
}

/// Milliseconds since 1970, now.
func now() -> Int { Int(Date().timeIntervalSince1970 * 1000) }

/// An instant as the API writes it.
func rfc3339(_ milliseconds: Int) -> String {
    // Apart, because a sum of both is no exact number of seconds.
    let seconds = Date(timeIntervalSince1970: Double(milliseconds / 1000)).ISO8601Format()
    let rest = String(1000 + milliseconds % 1000).dropFirst()
    return "\(seconds.dropLast()).\(rest)Z"
}

extension Mosquitto {
    func publish(temperature: Double, ofBag bag: String, at instant: Int = now()) throws {
        try publish(#"{"t":\#(instant),"temperature":\#(temperature)}"#, to: "bags/\(bag)/readings")
    }
}

extension Data {
    /// The bytes that pairs of hexadecimal digits mean.
    init(hexadecimal text: String) {
        let digits = Array(text)
        precondition(digits.count.isMultiple(of: 2), "a test writes whole bytes")
        self.init(
            stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0...$0 + 1]), radix: 16)
            })
    }
}
