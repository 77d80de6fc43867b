package import Configuration
package import DeviceCodecs

/// The keys that encrypted adverts are opened with.
package enum DeviceKeys {
    /// In bytes: as many lines as there can be devices in a registry of usual size.
    private static let fileLimit = 8 << 20

    /// Every key of the configured file; none where none is named. An error names the line and
    /// nothing of what stands there.
    package static func load(
        _ devices: Configuration.Devices
    ) throws(StartError) -> [AdvertKey] {
        guard let file = devices.keysFile else { return [] }
        let text: [UInt8]
        do throws(TextFileError) {
            text = try TextFile.read(file, limit: fileLimit)
        } catch {
            throw StartError("devices.keys_file: \(error.description)")
        }
        do throws(AdvertKeyListError) {
            return try AdvertKey.list(text)
        } catch {
            throw StartError("devices.keys_file: \(file):\(error.line): \(error.description)")
        }
    }
}
