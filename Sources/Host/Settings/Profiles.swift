package import Bridge
import CodecMessages
package import Configuration
package import DeviceCodecs
import System
import Wire

extension ProfileCatalogue {
    /// The profiles that are part of the program, and those of the configured directory, one in
    /// each `<vendor>/<model>/profile.yaml` with its `codec.js` beside it where it has one; without
    /// those that are not wanted.
    package init(_ devices: Configuration.Devices) throws(StartError) {
        var profiles: [Profile] = []
        do throws(ProfileError) {
            profiles = try Self.shippedProfiles()
        } catch {
            throw StartError(error.description)
        }
        try Self.checkNames(in: devices.enable, "devices.enable", among: profiles)
        let shipped = profiles.map(\.id)
        profiles.removeAll { !$0.isOffered && !devices.enable.contains($0.id) }
        if let directory = devices.directory {
            for path in try Self.profileFiles(in: directory) {
                let text = try StartError.catching { () throws(SystemError) in
                    try File.read(path, limit: 1 << 20)
                }
                let codec = try Self.codec(beside: path)
                do throws(ProfileError) {
                    profiles.append(try Profile(parsing: text, codec: codec, file: path))
                } catch {
                    throw StartError(error.description)
                }
            }
        }
        try Self.checkNames(
            in: devices.disable, "devices.disable", among: profiles, or: shipped)
        profiles.removeAll { devices.disable.contains($0.id) }
        do throws(ProfileConflict) {
            try self.init(profiles)
        } catch {
            throw StartError(error.description)
        }
    }

    /// What the bridge needs to know of each profile, by number.
    package var traits: [ProfileTraits] {
        profiles.map {
            ProfileTraits(name: $0.identity, carrier: $0.carrier, ranges: $0.ranges)
        }
    }

    /// A name that no profile has is a slip that would leave its device unheard.
    private static func checkNames(
        in names: [String], _ key: String, among profiles: [Profile], or others: [String] = []
    ) throws(StartError) {
        let known = profiles.map(\.id) + others
        for name in names where !known.contains(name) {
            let nearest = nearestName(to: name, among: known)
            throw StartError(
                "\(key): there is no profile '\(name)'\(didYouMeanAside(nearest))")
        }
    }

    private static func codec(beside profile: String) throws(StartError) -> [UInt8]? {
        let path = String(profile.dropLast("profile.yaml".count)) + "codec.js"
        guard File.exists(path) else { return nil }
        return try StartError.catching { () throws(SystemError) in
            try File.read(path, limit: CodecBounds.source)
        }
    }

    private static func profileFiles(in directory: String) throws(StartError) -> [String] {
        try StartError.catching { () throws(SystemError) in
            var paths: [String] = []
            for vendor in try File.names(in: directory) {
                let folder = "\(directory)/\(vendor)"
                guard File.isDirectory(folder) else { continue }
                for model in try File.names(in: folder) {
                    let path = "\(folder)/\(model)/profile.yaml"
                    if File.exists(path) { paths.append(path) }
                }
            }
            return paths
        }
    }
}
