import Configuration
package import Crypto
package import Fabric
import System

extension FieldSealing {
    /// As the configuration says; nil where everything is told in clear.
    static func configured(_ settings: Configuration.Sealing) throws(StartError) -> FieldSealing? {
        guard settings.mode != .off else { return nil }
        let isRequired = settings.mode == .required
        guard let file = settings.recipientsFile else {
            return FieldSealing(key: { _ in nil }, sealed: { _, _ in nil }, isRequired: isRequired)
        }
        return sealing(by: try sealer(file), isRequired: isRequired)
    }

    package static func sealing(by sealer: MessageSealer, isRequired: Bool) -> FieldSealing {
        FieldSealing(
            key: { identity in
                for name in identity.recipientNames {
                    if let key = sealer.key(named: name) { return key }
                }
                return nil
            },
            sealed: { message, key in try? sealer.sealed(message, for: key) },
            isRequired: isRequired)
    }

    private static func sealer(_ file: String) throws(StartError) -> MessageSealer {
        let text: [UInt8]
        do throws(SystemError) {
            text = try File.read(file, limit: keySetBytes)
        } catch {
            throw StartError(error.description)
        }
        do throws(RecipientKeyError) {
            return try MessageSealer(keySet: text)
        } catch {
            throw StartError("\(file): \(error)")
        }
    }

    /// Some ten thousand keys.
    private static let keySetBytes = 4 << 20
}

extension Identity {
    /// What keys may be called that are for the user, the closest first. A customer is a guest of a
    /// site, and reads nothing that is the site's.
    fileprivate var recipientNames: [String] {
        var names = ["user:\(subject)"]
        if role != .customer, let site { names.append("site:\(site)") }
        names.append("role:\(role.name)")
        return names
    }
}
