import CMosquitto
import Glibc

/// libmosquitto's words for a result code of its own.
func words(forCode code: Int32) -> String {
    unsafe mosquitto_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
}

/// The protocol's words for a reason code of CONNACK or DISCONNECT.
func words(forReason code: Int32) -> String {
    // MQTT 3.1.1 counts its refusals from 1 to 5, MQTT 5 from 128.
    let text =
        (1...5).contains(code)
        ? unsafe mosquitto_connack_string(code) : unsafe mosquitto_reason_string(code)
    return unsafe text.map { unsafe String(cString: $0) } ?? "reason \(code)"
}

/// The system's words for what a call left in `errno`.
func words(forErrorNumber number: Int32) -> String {
    // Long enough for every text of glibc.
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
        guard let start = buffer.baseAddress,
            unsafe strerror_r(number, start, buffer.count) == 0
        else {
            return "error \(number)"
        }
        return unsafe String(cString: start)
    }
}
