package import Configuration
package import Fabric

extension MessageCatalogue {
    /// More than a catalogue that people read is long.
    private static let longestText = 1 << 20

    /// The catalogue that is configured, or the one that comes with Freshwire.
    package init(_ settings: Configuration.Publishing) throws(StartError) {
        do throws(ConfigurationProblem) {
            guard let path = settings.catalogueFile else {
                self = try .shipped()
                return
            }
            let text: [UInt8]
            do throws(TextFileError) {
                text = try TextFile.read(path, limit: Self.longestText)
            } catch {
                throw ConfigurationProblem(
                    at: .nowhere, "publishing.catalogue_file: \(error)")
            }
            try self.init(parsing: text, file: path)
        } catch {
            throw StartError(error.description)
        }
    }
}
