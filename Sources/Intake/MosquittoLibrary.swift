import CMosquitto
import Glibc

/// libmosquitto's process-wide state: made once before the first client, cleaned up once when
/// the process exits.
enum MosquittoLibrary {
    /// Whether the library can be used. The first access makes it; Swift lets only one do so.
    static let isReady: Bool = {
        guard mosquitto_lib_init() == MOSQ_ERR_SUCCESS.rawValue else { return false }
        atexit(cleanUpLibrary)
        return true
    }()
}

private func cleanUpLibrary() {
    mosquitto_lib_cleanup()
}
