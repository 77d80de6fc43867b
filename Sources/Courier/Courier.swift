package import Bridge
internal import CCurl

/// Carries webhook deliveries to their receivers: an attempt goes in, its outcome comes out.
///
/// When to try again is not decided here. Each endpoint has its own queue and its own limit, so
/// that a receiver that is slow or silent holds up nobody else. A courier belongs to one thread,
/// which calls `turn` again and again; other threads reach it by its waker.
@safe
package final class Courier {
    /// Attempts under way at once that a setting may ask for.
    private static let concurrency = 1...4096
    private static let waiting = 1...1_000_000

    private let multi: MultiHandle
    private let settings: CourierSettings
    private let clock: () -> Int64
    private var queues: [String: EndpointQueue]
    /// The endpoints' names in the order in which they are served, and whose turn it is.
    private var names: [String]
    private var nextName = 0
    /// Those under way, by the addresses of their handles, which they keep open.
    private var transfers: [UInt: Transfer] = [:]
    private var completed: [CompletedAttempt] = []

    /// `clock` tells the seconds since 1970.
    package init(_ settings: CourierSettings, clock: @escaping () -> Int64) throws(CourierError) {
        guard Self.concurrency.contains(settings.concurrentAttempts) else {
            throw .settings("number of concurrent attempts")
        }
        guard Self.waiting.contains(settings.waitingAttemptsPerEndpoint) else {
            throw .settings("number of waiting attempts")
        }
        let checked = try Self.check(settings.endpoints, settings)
        multi = try MultiHandle(keptConnections: settings.concurrentAttempts)
        self.settings = settings
        self.clock = clock
        names = checked.map(\.settings.name)
        queues = [:]
        for endpoint in checked { queues[endpoint.settings.name] = EndpointQueue(endpoint) }
    }

    /// Attempts under way are broken off without a result: they are still owed.
    deinit {
        for transfer in transfers.values {
            _ = unsafe curl_multi_remove_handle(multi.pointer, transfer.handle)
        }
        // Before the multi handle goes.
        transfers.removeAll()
    }

    package var waker: CourierWaker { CourierWaker(handle: multi) }

    /// Attempts that were handed in and have no result yet.
    package var pendingCount: Int {
        transfers.count + queues.values.reduce(0) { $0 + $1.waitingCount }
    }

    /// Puts other endpoints in the place of those so far. What waits for an endpoint that is gone is
    /// answered as failed; what is under way comes to its end. On an error nothing has changed.
    package func replaceEndpoints(_ endpoints: [WebhookEndpoint]) throws(CourierError) {
        let checked = try Self.check(endpoints, settings)
        var former = queues
        queues = [:]
        for endpoint in checked {
            let name = endpoint.settings.name
            var queue =
                former.removeValue(forKey: name)
                ?? EndpointQueue(endpoint, underWay: underWayCount(name))
            queue.endpoint = endpoint
            queues[name] = queue
        }
        names = checked.map(\.settings.name)
        nextName = 0
        for (_, var queue) in former {
            for attempt in queue.removeAll() { fail(attempt, "the endpoint is not configured") }
        }
    }

    /// Takes an attempt in; it starts with the next turn that finds its endpoint free.
    package func start(_ attempt: DeliveryAttempt) {
        guard let queue = queues[attempt.endpoint] else {
            return fail(attempt, "the endpoint is not configured")
        }
        guard queue.waitingCount < settings.waitingAttemptsPerEndpoint else {
            return fail(attempt, "too many attempts wait for the endpoint")
        }
        queues[attempt.endpoint]?.append(attempt)
    }

    /// Carries all attempts on, waits up to `waitMilliseconds` for something to happen where
    /// nothing is to be done at once, and answers what has come to an end.
    package func turn(waitMilliseconds: Int32) throws(CourierError) -> [CompletedAttempt] {
        startWaiting()
        try advance()
        if completed.isEmpty {
            try require(
                unsafe curl_multi_poll(multi.pointer, nil, 0, max(0, waitMilliseconds), nil))
            try advance()
        }
        startWaiting()
        defer { completed.removeAll() }
        return completed
    }

    /// An endpoint that comes back may have an attempt of its former time under way.
    private func underWayCount(_ name: String) -> Int {
        transfers.values.count { $0.attempt.endpoint == name }
    }

    private func advance() throws(CourierError) {
        var running: Int32 = 0
        try require(unsafe curl_multi_perform(multi.pointer, &running))
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi.pointer, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE,
                let pointer = unsafe message.pointee.easy_handle
            else { continue }
            unsafe finish(pointer, message.pointee.data.result)
        }
    }

    private func finish(_ pointer: UnsafeMutableRawPointer, _ code: CURLcode) {
        guard let transfer = transfers.removeValue(forKey: UInt(bitPattern: pointer)) else {
            return
        }
        // First of all: the transfer closes its handle when it goes, and nothing keeps it after this.
        _ = unsafe curl_multi_remove_handle(multi.pointer, pointer)
        let attempt = transfer.attempt
        completed.append(
            CompletedAttempt(
                result: DeliveryResult(
                    number: attempt.number, endpoint: attempt.endpoint,
                    outcome: transfer.outcome(code, nowSeconds: clock())),
                milliseconds: transfer.milliseconds, excerpt: transfer.response.excerpt))
        queues[attempt.endpoint]?.end()
    }

    /// Starts what may start, one attempt of each endpoint in turn.
    private func startWaiting() {
        var idle = 0
        while transfers.count < settings.concurrentAttempts, idle < names.count {
            let name = names[nextName]
            nextName = (nextName + 1) % names.count
            if let attempt = queues[name]?.begin(), let endpoint = queues[name]?.endpoint {
                send(attempt, to: endpoint)
                idle = 0
            } else {
                idle += 1
            }
        }
    }

    private func send(_ attempt: DeliveryAttempt, to endpoint: CheckedEndpoint) {
        let request: SignedRequest
        do {
            request = try SignedRequest(
                attempt, signer: endpoint.settings.signer, seconds: clock())
        } catch {
            return giveUp(attempt, "not signed: \(error)")
        }
        guard let transfer = Transfer(attempt, to: endpoint),
            transfer.prepare(
                for: endpoint, request: request, userAgent: "freshwire/\(settings.version)"),
            unsafe curl_multi_add_handle(multi.pointer, transfer.handle) == CURLM_OK
        else { return giveUp(attempt, "the HTTP library does not take the request") }
        unsafe transfers[UInt(bitPattern: transfer.handle)] = transfer
    }

    private func giveUp(_ attempt: DeliveryAttempt, _ reason: String) {
        queues[attempt.endpoint]?.end()
        fail(attempt, reason)
    }

    private func fail(_ attempt: DeliveryAttempt, _ reason: String) {
        completed.append(
            CompletedAttempt(
                result: DeliveryResult(
                    number: attempt.number, endpoint: attempt.endpoint, outcome: .failed(reason)),
                milliseconds: 0, excerpt: []))
    }

    private func require(_ code: CURLMcode) throws(CourierError) {
        guard code == CURLM_OK else {
            throw .transport(unsafe String(cString: curl_multi_strerror(code)))
        }
    }

    private static func check(
        _ endpoints: [WebhookEndpoint], _ settings: CourierSettings
    ) throws(CourierError) -> [CheckedEndpoint] {
        var names: Set<String> = []
        var checked: [CheckedEndpoint] = []
        for endpoint in endpoints {
            guard names.insert(endpoint.name).inserted else {
                throw .endpoint(endpoint.name, .duplicateName)
            }
            checked.append(
                try CheckedEndpoint(endpoint, ownListeners: settings.ownListeners))
        }
        return checked
    }
}

/// An attempt that has come to an end.
package struct CompletedAttempt: Equatable, Sendable {
    package var result: DeliveryResult
    /// From its start to its end.
    package var milliseconds: Int64
    /// The first bytes of the answer's body, 1 KiB at most, as they came: escape them before they
    /// are shown to anybody.
    package var excerpt: [UInt8]

    package init(result: DeliveryResult, milliseconds: Int64, excerpt: [UInt8]) {
        self.result = result
        self.milliseconds = milliseconds
        self.excerpt = excerpt
    }
}
