import Bridge
import ColdChain
import DeviceCodecs
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

    /// What the profile of a device says of it: the class, and the smallest steps of what it
    /// measures, each in the unit of the log.
    mutating func profileMembers(_ profile: Profile) {
        member("deviceClass", profile.deviceClass?.rawValue)
        let resolutions = Quantity.allCases.compactMap { quantity in
            profile.resolution(of: quantity).map { (quantity.name, $0) }
        }
        guard !resolutions.isEmpty else { return }
        name("resolutions")
        object { object in
            for (name, resolution) in resolutions { object.member(name, resolution) }
        }
    }

    /// An entry of the list of unknown frames; a sample that is not text is shown in hexadecimal.
    mutating func unknownFrameMembers(_ frame: UnknownFrame) {
        member("topic", String(decoding: frame.topic, as: UTF8.self))
        member("count", Int64(clamping: frame.count))
        instantMember("firstSeen", frame.firstSeen)
        instantMember("lastSeen", frame.lastSeen)
        member("reason", frame.reason)
        member("guess", frame.guess)
        member("device", frame.device)
        member("sampleLength", Int64(frame.sampleLength))
        if let text = frame.sampleText {
            member("sample", text)
        } else {
            member("sampleHex", hexadecimal(frame.sample))
        }
    }
}

extension UnknownFrame {
    /// The sample as text, nil where it is none. Where it was cut, a character that is not whole
    /// any more is left out.
    fileprivate var sampleText: String? {
        let isCut = sample.count < sampleLength
        for dropped in 0...(isCut ? min(3, sample.count) : 0) {
            if let text = String(validating: sample.dropLast(dropped), as: UTF8.self) {
                return text
            }
        }
        return nil
    }
}
