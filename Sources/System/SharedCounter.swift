internal import CLinux
internal import Glibc

/// A number that two processes see: one counts, the other reads, also after the first has died.
@safe package final class SharedCounter {
    /// To be handed to the other process; nil in the process it was handed to.
    package let descriptor: Int32?
    private let number: UnsafeMutablePointer<UInt64>
    private static let size = MemoryLayout<UInt64>.size

    /// Makes the number, which is 0.
    package init() throws(SystemError) {
        let made = linux_make_sealed_page()
        guard made >= 0 else { throw SystemError.last("memfd_create") }
        do {
            unsafe number = try Self.map(made, PROT_READ)
        } catch {
            close(made)
            throw error
        }
        descriptor = made
    }

    /// Finds the number behind a descriptor that the process was started with, and closes that.
    package init(taking inherited: Int32) throws(SystemError) {
        defer { close(inherited) }
        unsafe number = try Self.map(inherited, PROT_READ | PROT_WRITE)
        descriptor = nil
    }

    deinit {
        unsafe munmap(number, Self.size)
        if let descriptor { close(descriptor) }
    }

    private static func map(
        _ descriptor: Int32, _ protection: Int32
    ) throws(SystemError) -> UnsafeMutablePointer<UInt64> {
        // MAP_FAILED, a cast of -1, does not come through to Swift.
        guard let page = unsafe mmap(nil, size, protection, MAP_SHARED, descriptor, 0),
            Int(bitPattern: page) != -1
        else { throw SystemError.last("mmap a shared page") }
        return unsafe page.bindMemory(to: UInt64.self, capacity: 1)
    }

    package func load() -> UInt64 { unsafe linux_load_shared(number) }

    /// Only in the process that the descriptor was handed to.
    package func store(_ value: UInt64) { unsafe linux_store_shared(number, value) }
}
