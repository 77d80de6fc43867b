package import Configuration
package import Fabric

extension MessageCatalogue {
    /// The catalogue that is configured, or the one that comes with Freshwire.
    package init(_ settings: Configuration.Publishing) throws(StartError) {
        do throws(ConfigurationProblem) {
            guard let path = settings.catalogueFile else {
                self = try .shipped()
                return
            }
            let text = try TextFile.read(path, namedBy: "publishing.catalogue_file")
            try self.init(parsing: text, file: path)
        } catch {
            throw StartError(error.description)
        }
    }
}
