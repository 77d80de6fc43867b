import Courier
import JSONText
package import Wire

/// Follows channels of a running daemon over its stream of events, and comes back where it was.
package final class ChannelWatch {
    package struct Event: Equatable, Sendable {
        package var type: String
        /// To come back after it.
        package var id: String?
        package var data: JSON
    }

    private let channels: [String]
    private var reader = EventStreamReader()

    package init(channels: [String]) {
        self.channels = channels
    }

    /// Whether a stream was ever begun.
    package var hasBegun: Bool { reader.lastEventID != nil }

    /// When to come back, in milliseconds; nil where the daemon has not said.
    package var retry: Int64? { reader.retry }

    /// Follows until the stream ends or breaks.
    package func follow(
        _ client: DaemonClient, _ take: @escaping (Event) -> Void
    ) throws(DaemonClient.Refusal) {
        // What an earlier stream ended in the middle of is told again.
        reader = EventStreamReader(resuming: reader)
        let names = channels.map { DaemonClient.encoded($0) }.joined(separator: ",")
        var exchange = HTTPExchange(
            method: "GET", url: "\(client.base)/v1/stream?channels=\(names)",
            authorization: "Bearer \(client.token)")
        exchange.lastEventID = reader.lastEventID
        let answer: HTTPExchange.Answer
        do throws(HTTPExchange.Failure) {
            answer = try exchange.stream { [self] bytes in
                for event in reader.read(bytes) { take(read(event)) }
            }
        } catch {
            throw .unreachable("no answer from \(client.base): \(error.description)")
        }
        if answer.status != 200 { _ = try client.content(of: answer) }
    }

    private func read(_ event: EventStreamReader.Event) -> Event {
        let data = try? JSONText.parse(Array(event.data.utf8))
        return Event(
            type: event.type, id: reader.lastEventID, data: data ?? .string(event.data))
    }
}
