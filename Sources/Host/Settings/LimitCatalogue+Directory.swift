package import ColdChain
package import Configuration
import System

extension LimitCatalogue {
    /// The limits that are part of the program, and those of a directory of one's own, one in each
    /// `<id>.yaml`.
    package init(directory: String?) throws(StartError) {
        var files: [File] = []
        if let directory {
            files = try StartError.catching { () throws(SystemError) in
                var files: [File] = []
                for name in try System.File.names(in: directory) where name.hasSuffix(".yaml") {
                    let path = "\(directory)/\(name)"
                    files.append(
                        File(name: path, text: try System.File.read(path, limit: 1 << 20)))
                }
                return files
            }
        }
        do throws(ConfigurationProblem) {
            try self.init(overriddenBy: files)
        } catch {
            throw StartError(error.description)
        }
    }
}

extension LimitCatalogue {
    /// What is risky about limits of one's own, in words. Where there is no directory, it was said
    /// when the configuration was read.
    func risks(of limits: Configuration.Limits) throws(StartError) -> [String] {
        guard limits.directory != nil else { return [] }
        do throws(LimitRefusal) {
            return try limits.risks(in: self).map(\.description)
        } catch {
            throw StartError(error.description)
        }
    }
}

extension JurisdictionProfile {
    /// The limits in force.
    package init(_ limits: Configuration.Limits) throws(StartError) {
        let catalogue = try LimitCatalogue(directory: limits.directory)
        do throws(LimitRefusal) {
            self = try limits.inForce(in: catalogue)
        } catch {
            throw StartError(error.description)
        }
    }
}
