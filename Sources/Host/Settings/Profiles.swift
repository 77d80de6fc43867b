package import Bridge
import Configuration
package import DeviceCodecs
import System

extension ProfileCatalogue {
    /// The profiles that are part of the program, and those of the configured directory, one in
    /// each `<vendor>/<model>/profile.yaml`.
    init(_ devices: Configuration.Devices) throws(StartError) {
        var profiles: [Profile] = []
        do throws(ProfileError) {
            profiles = try Self.shippedProfiles()
        } catch {
            throw StartError(error.description)
        }
        if let directory = devices.directory {
            for path in try Self.profileFiles(in: directory) {
                let text = try StartError.catching { () throws(SystemError) in
                    try File.read(path, limit: 1 << 20)
                }
                do throws(ProfileError) {
                    profiles.append(try Profile(parsing: text, file: path))
                } catch {
                    throw StartError(error.description)
                }
            }
        }
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
