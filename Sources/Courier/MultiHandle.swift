internal import CCurl

/// The library's handle of all transfers, closed when nobody needs it any more.
@safe
final class MultiHandle: @unchecked Sendable {
    // Invariant of `@unchecked Sendable`: `pointer` is used by the courier's thread only, but for
    // `wake`, which the library permits from any thread; `deinit` runs when neither the courier nor
    // a waker is left. The courier takes its transfers out before it lets go.
    let pointer: UnsafeMutableRawPointer

    /// The library's own set-up, once in a process.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    init(keptConnections: Int) throws(CourierError) {
        guard Self.isLibraryReady, let made = unsafe curl_multi_init() else {
            throw .transport("the HTTP library does not start")
        }
        unsafe pointer = made
        guard unsafe freshwire_set_kept_connections(pointer, keptConnections) == CURLM_OK else {
            throw .transport("the HTTP library does not keep \(keptConnections) connections")
        }
    }

    deinit {
        unsafe curl_multi_cleanup(pointer)
    }

    func wake() {
        _ = unsafe curl_multi_wakeup(pointer)
    }
}

/// Ends the wait of a courier, from any thread.
package struct CourierWaker: Sendable {
    let handle: MultiHandle

    /// The courier's present `turn`, or its next one if none waits, returns without delay.
    package func wake() {
        handle.wake()
    }
}
