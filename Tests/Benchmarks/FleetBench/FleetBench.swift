import Bridge
import ColdChain
import Glibc
import Wire

/// Fills a store with the live state of many bags: `FleetBench BAGS MINUTES DIRECTORY`.
///
/// In DIRECTORY it makes the store `freshwire.sqlite` of a daemon that has just ended: every bag
/// carries an order since so many minutes and has measured once in each of them. It prints as JSON
/// what the live state takes of memory, and what the last minute cost.
@main
struct FleetBench {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let bags = Int(arguments[1]), bags > 0,
            let minutes = Int(arguments[2]), minutes > 0
        else {
            print("usage: FleetBench BAGS MINUTES DIRECTORY")
            exit(2)
        }
        do {
            try fill(bags: bags, minutes: minutes, path: "\(arguments[3])/freshwire.sqlite")
        } catch {
            print("failed: \(error)")
            exit(1)
        }
    }

    private static func fill(bags: Int, minutes: Int, path: String) throws {
        var clock = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &clock)
        let start = Timestamp(milliseconds: Int64(clock.tv_sec - minutes * 60) * 1_000)
        let fleet = try Fleet(bags: bags, storePath: path, start: start)
        let empty = residentBytes()
        try fleet.bindOrders()
        for _ in 1..<minutes { try fleet.passMinute() }
        let before = processNanoseconds()
        try fleet.passMinute()
        let cost = processNanoseconds() - before
        var line = JSONWriter()
        line.object { object in
            object.member("readings", Int64(clamping: fleet.counters.readings))
            object.member(
                "openExcursions",
                Int64(clamping: fleet.counters.excursionsOpened - fleet.counters.excursionsClosed))
            object.member("residentBytes", Int64(residentBytes() - empty))
            object.member("nanosecondsAMessage", Int64(cost / bags))
        }
        print(String(decoding: line.bytes, as: UTF8.self))
    }

    /// The processor time of this process so far.
    private static func processNanoseconds() -> Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    /// The bytes of this process that are in memory now, as the kernel counts them.
    private static func residentBytes() -> Int {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
        defer { _ = unsafe fclose(file) }
        var size = 0
        var resident = 0
        let read = unsafe withUnsafeMutablePointer(to: &size) { size in
            unsafe withUnsafeMutablePointer(to: &resident) { resident in
                unsafe withVaList([size, resident]) { unsafe vfscanf(file, "%ld %ld", $0) }
            }
        }
        return read == 2 ? resident * Int(sysconf(Int32(_SC_PAGESIZE))) : 0
    }
}
