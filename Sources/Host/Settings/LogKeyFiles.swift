import Configuration
import Journal

/// What is to be said of the files with the log's own keys before there is a daemon that makes them:
/// they are beside the store, or where the configuration says.
struct LogKeyFiles {
    private(set) var errors: [String] = []
    private(set) var warnings: [String] = []

    init(_ configuration: Configuration) {
        let store = JournalSettings(configuration)
        do throws(StoreError) {
            if try !PlaceKeyFile.check(store.placeKeyPath) {
                warnings.append(
                    "places.key_file: this user may not look at \(store.placeKeyPath)")
            }
        } catch {
            errors.append("places.key_file: the daemon would not start: \(error.description)")
        }
        do throws(TextFileError) {
            guard let strangers = try TextFile.strangers(of: store.signingKeyPath) else { return }
            warnings.append(
                "proof.signing_key_file: \(store.signingKeyPath), which \(strangers) can read and"
                    + " sign with: chmod 600")
        } catch {
            switch error.reason {
            // The daemon makes it at its first start.
            case .notFound: break
            case .notPermitted: warnings.append("proof.signing_key_file: \(error.description)")
            default: errors.append("proof.signing_key_file: \(error.description)")
            }
        }
    }
}
