import Bridge
import ColdChain
import Wire

extension JSONWriter {
    /// A device of the registry.
    mutating func deviceMembers(_ device: RegisteredDevice) {
        member("id", device.id)
        member("profile", device.profile)
        member("kind", device.kind.rawValue)
        member("carrier", device.fixedTo.name)
        member("site", device.site)
        instantMember("installedAt", device.installedAt)
        member("expectedIntervalSeconds", device.expectedIntervalSeconds.map(Int64.init))
        instantMember("registeredAt", device.registeredAt)
        member("isAutomatic", device.isAutomatic)
        instantMember("firstSeen", device.firstSeen)
        instantMember("lastSeen", device.lastSeen)
    }
}
