package import Configuration
import Journal

/// Makes keys for places of delivery from the command line.
package enum PlaceKeyRenewal {
    /// Makes the file, or puts a new key in front of those it has.
    ///
    /// - Parameter path: Nil: the configured one.
    /// - Returns: Which file it was, and how many keys it has now.
    package static func renew(
        _ path: String?, _ configuration: Configuration
    ) throws(StartError) -> (path: String, keys: Int) {
        let path = path ?? JournalSettings(configuration).placeKeyPath
        do throws(StoreError) {
            return (path, try PlaceKeyFile.renew(path))
        } catch {
            throw StartError("the keys \(path): \(error.description)")
        }
    }
}
