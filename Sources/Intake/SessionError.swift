/// Why a session cannot exist.
package enum SessionError: Error, Equatable, CustomStringConvertible {
    case settings(BrokerSettingsError)
    /// The process has no file descriptor left. Raise its limit.
    case noDescriptors

    package var description: String {
        switch self {
        case .settings(let error): error.description
        case .noDescriptors: "no file descriptor left: raise the limit of open files"
        }
    }
}
