internal import CSandbox

/// The way of a process into its sandbox, from which there is none back.
///
/// Afterwards it can compute, use the descriptors it has and start threads. It cannot open a file,
/// make a connection, start a process or run code it has written; it dies with its parent.
package enum Confinement {
    /// What failed; the process is to end then, without having read anything hostile.
    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let description: String
    }

    /// Closes every descriptor from this number on.
    package static func closeDescriptors(from first: UInt32) {
        sandbox_close_descriptors(first)
    }

    /// Locks the process in, all threads of it.
    ///
    /// - Parameters:
    ///   - addressSpace: Bytes the process may have mapped in all, what it has now included.
    ///   - descriptors: The number every new descriptor stays below.
    package static func enter(addressSpace: UInt64, descriptors: UInt64) throws(Failure) {
        var limits = sandbox_limits(address_space: addressSpace, descriptors: descriptors)
        var number: Int32 = 0
        let step = unsafe sandbox_enter(&limits, &number)
        guard step != SANDBOX_ENTERED else { return }
        throw Failure(description: "\(name(of: step)) failed with error \(number)")
    }

    private static func name(of step: sandbox_step) -> String {
        switch step {
        case SANDBOX_PARENT_DEATH: "asking for the signal of the parent's death"
        case SANDBOX_MEMORY_LIMIT: "limiting the memory"
        case SANDBOX_FILE_LIMITS: "limiting the files"
        case SANDBOX_NOT_DUMPABLE: "forbidding dumps"
        case SANDBOX_NO_NEW_PRIVILEGES: "forbidding new privileges"
        case SANDBOX_FILTER: "installing the filter of system calls (seccomp)"
        default: "finding a filter for this machine's processor"
        }
    }
}
