// Both modules hold `timespec`; which of them the compiler takes it from depends on the build.
internal import CLinux
internal import Glibc

/// The machine's clocks.
package enum Clock {
    /// Milliseconds since 1970-01-01T00:00:00Z by the wall clock, which can be set back.
    package static func wallMilliseconds() -> Int64 {
        let time = read(CLOCK_REALTIME)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Nanoseconds since some instant before the start; never goes back.
    package static func monotonicNanoseconds() -> UInt64 {
        let time = read(CLOCK_MONOTONIC)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Nanoseconds of CPU time that the calling thread has used.
    package static func threadCPUNanoseconds() -> UInt64 {
        let time = read(CLOCK_THREAD_CPUTIME_ID)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return time
    }
}
