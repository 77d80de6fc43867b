import CodecMessages
import JSONText
import System
import Wire
import YAML

/// A vendor's codec as a catalogue of devices holds it.
struct FoundCodec: Sendable {
    var vendor: String
    var model: String
    /// The file of the source.
    var file: String
    var source: [UInt8]
    var examples: [CodecExample] = []
    /// What could not be used beside it, in words.
    var remarks: [String] = []
}

/// Finds codecs where the public catalogues put them.
///
/// - The Things Network: `vendor/<v>/<codec>.yaml`, which names the source and holds the examples.
/// - Actility: `vendors/<v>/drivers/<d>/` with `driver.yaml`, `index.js` and `examples.json`.
/// - ChirpStack: `vendors/<v>/codecs/x.js` with `test_decode_x.json`.
/// - A source by itself, or `codec.js` or `index.js` in a folder, with or without `examples.json`.
enum DeviceFolder {
    /// More than any vendor has.
    private static let most = 1_000
    /// The longest file of examples, in bytes: as much as is read of a JSON text.
    private static let examplesBytes = 1 << 20

    static func codecs(at path: String) throws(ImportError) -> [FoundCodec] {
        let path = trimmed(path)
        guard File.isDirectory(path) else {
            return [path.hasSuffix(".js") ? try script(path) : try thingsNetwork(path)]
        }
        if let index = ["index.js", "codec.js"].first(where: { File.exists("\(path)/\($0)") }) {
            return [try script("\(path)/\(index)")]
        }
        if File.isDirectory("\(path)/drivers") { return try drivers(in: "\(path)/drivers") }
        let folder = File.isDirectory("\(path)/codecs") ? "\(path)/codecs" : path
        let codecs = try codecs(in: folder)
        guard !codecs.isEmpty else {
            throw ImportError(
                "\(path) holds no codec: expected codec.js, index.js, codecs/*.js, or a .yaml with "
                    + "'uplinkDecoder'")
        }
        return codecs
    }

    /// The codec of one source file, with the examples of every file that tells of it: those beside
    /// it, and those of each description that names it.
    static func codec(_ path: String) throws(ImportError) -> FoundCodec {
        var codec = try script(path)
        let folder = parent(path)
        let names = try catching { () throws(SystemError) in try File.names(in: folder) }
        for name in names.filter({ $0.hasSuffix(".yaml") }).prefix(most) {
            guard let node = try? yaml("\(folder)/\(name)"),
                let decoder = JSON(node)["uplinkDecoder"],
                decoder["fileName"]?.string == Self.name(path)
            else { continue }
            codec.take(decoder["examples"]?.array ?? [])
        }
        return codec
    }

    /// Those of a vendor in Actility's catalogue; some drivers are published without their source.
    private static func drivers(in folder: String) throws(ImportError) -> [FoundCodec] {
        let names = try catching { () throws(SystemError) in try File.names(in: folder) }
        var codecs: [FoundCodec] = []
        for name in names where codecs.count < most {
            let file = "\(folder)/\(name)/index.js"
            if File.exists(file) { codecs.append(try script(file)) }
        }
        guard !codecs.isEmpty else { throw ImportError("\(folder) holds no driver with index.js") }
        return codecs
    }

    private static func codecs(in folder: String) throws(ImportError) -> [FoundCodec] {
        let names = try catching { () throws(SystemError) in try File.names(in: folder) }
        var codecs: [FoundCodec] = []
        for name in names where name.hasSuffix(".yaml") && codecs.count < most {
            // Devices and lists of devices stand beside the codecs.
            guard let node = try? yaml("\(folder)/\(name)"), node["uplinkDecoder"] != nil
            else { continue }
            codecs.append(try thingsNetwork("\(folder)/\(name)"))
        }
        guard codecs.isEmpty else { return codecs }
        for name in names where name.hasSuffix(".js") && codecs.count < most {
            codecs.append(try script("\(folder)/\(name)"))
        }
        return codecs
    }

    // MARK: The Things Network

    private static func thingsNetwork(_ path: String) throws(ImportError) -> FoundCodec {
        let document = JSON(try yaml(path))
        guard let decoder = document["uplinkDecoder"], let name = decoder["fileName"]?.string else {
            throw ImportError("\(path) has no 'uplinkDecoder' with a 'fileName'")
        }
        guard !name.contains("/") else {
            throw ImportError("\(path): the codec has to be in the same folder, not at '\(name)'")
        }
        var stem = Self.stem(path)
        if stem.hasSuffix("-codec") { stem.removeLast("-codec".count) }
        let file = "\(parent(path))/\(name)"
        var codec = FoundCodec(
            vendor: Self.name(parent(path)), model: stem, file: file, source: try source(file))
        codec.take(decoder["examples"]?.array ?? [])
        return codec
    }

    private static func yaml(_ path: String) throws(ImportError) -> Node {
        let text = try catching { () throws(SystemError) in
            try File.read(path, limit: examplesBytes)
        }
        let node: Node?
        do throws(YAMLError) {
            node = try parse(text)
        } catch {
            throw ImportError("\(path):\(error.mark.line):\(error.mark.column): \(error.message)")
        }
        guard let node else { throw ImportError("\(path) is empty") }
        return node
    }

    // MARK: Sources with examples beside them

    private static func script(_ path: String) throws(ImportError) -> FoundCodec {
        let folder = parent(path)
        let isNamedByFolder = ["index", "codec"].contains(stem(path))
        var vendor = isNamedByFolder ? parent(folder) : folder
        if ["codecs", "drivers"].contains(name(vendor)) { vendor = parent(vendor) }
        var codec = FoundCodec(
            vendor: name(vendor), model: isNamedByFolder ? name(folder) : stem(path), file: path,
            source: try source(path))
        for file in exampleFiles(of: path) { try read(file, into: &codec) }
        return codec
    }

    private static func exampleFiles(of path: String) -> [String] {
        let folder = parent(path)
        let test = "test_decode_\(stem(path)).json"
        for file in ["\(folder)/\(test)", "\(parent(folder))/\(test)", "\(folder)/examples.json"]
        where File.exists(file) {
            return [file]
        }
        // Actility's drivers may have a folder of them.
        let names = (try? File.names(in: "\(folder)/examples")) ?? []
        return names.filter { $0.hasSuffix(".examples.json") }.map { "\(folder)/examples/\($0)" }
    }

    private static func read(
        _ file: String, into codec: inout FoundCodec
    ) throws(ImportError) {
        let text = try catching { () throws(SystemError) in
            try File.read(file, limit: examplesBytes)
        }
        do throws(JSONSyntaxError) {
            codec.take(try JSONText.parse(text).array ?? [])
        } catch {
            codec.remarks.append(
                "\(file) is no JSON (\(error.description)); its examples are not run")
        }
    }

    private static func source(_ path: String) throws(ImportError) -> [UInt8] {
        try catching { () throws(SystemError) in
            try File.read(path, limit: CodecBounds.source)
        }
    }

    private static func catching<Value>(
        _ body: () throws(SystemError) -> Value
    ) throws(ImportError) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw ImportError(error.description)
        }
    }

    // MARK: Paths

    private static func trimmed(_ path: String) -> String {
        path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    private static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return String(path[..<slash])
    }

    private static func name(_ path: String) -> String {
        String(path.split(separator: "/").last ?? "")
    }

    /// The last level without what follows its last dot.
    private static func stem(_ path: String) -> String {
        let name = name(path)
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }
}

extension FoundCodec {
    fileprivate mutating func take(_ list: [JSON]) {
        for json in list {
            do throws(ImportError) {
                if let example = try CodecExample(json) { examples.append(example) }
            } catch {
                remarks.append(error.description)
            }
        }
    }
}
