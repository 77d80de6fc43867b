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
