import ColdChain
import Configuration
import DeviceCodecs
import Host
import System
import Wire

/// A folder of vendors' codecs, as the public catalogues lay them out: what a vector names by a path
/// below it is run in the sandbox that the product runs codecs in, and so are the codec's own
/// examples.
struct CodecFolder {
    static let variable = "FRESHWIRE_CODEC_CATALOGUE"

    struct NoFolder: Error, CustomStringConvertible {
        let description: String
    }

    private let path: String

    /// Nil where the environment names none.
    init?() throws(NoFolder) {
        guard let path = Environment.value(Self.variable), !path.isEmpty else { return nil }
        guard File.isDirectory(path) else {
            throw NoFolder(description: "\(Self.variable) is \(path), which is no folder")
        }
        self.path = path
    }

    /// Tries each codec that vectors name once, with its examples and all of its vectors.
    ///
    /// - Parameter isDecodedAlready: Of the vectors that the product decodes itself; with their
    ///   codec they are `id/codec`.
    func run(
        _ vectors: [Vector], isDecodedAlready: (Vector) -> Bool, into report: inout Report
    ) {
        var uses: [String: [(id: String, vector: Vector)]] = [:]
        for vector in vectors where vector.kind == "lorawan-uplink" {
            let id = isDecodedAlready(vector) ? "\(vector.id)/codec" : vector.id
            guard let codec = vector.codec else {
                if id == vector.id {
                    report.note(
                        id, vector.format, vector.device, .notTried("the vector names no codec"))
                }
                continue
            }
            uses[codec, default: []].append((id, vector))
        }
        for (codec, vectors) in uses.sorted(by: { $0.key < $1.key }) {
            let verdicts = verdicts(of: codec, on: vectors.map(\.vector), into: &report)
            for ((id, vector), verdict) in zip(vectors, verdicts) {
                report.note(id, "lorawan by codec", vector.device, verdict)
            }
        }
    }

    private func verdicts(
        of codec: String, on vectors: [Vector], into report: inout Report
    ) -> [Verdict] {
        guard Self.staysInside(codec) else {
            return vectors.map { _ in .failed("\(codec) leaves the folder, and is not read") }
        }
        let file = "\(path)/\(codec)"
        guard File.exists(file) else {
            return vectors.map { _ in .notTried("\(codec) is not in \(path)") }
        }
        do throws(ImportError) {
            let codec = try CatalogueCodec(file, Configuration.Codecs())
            note(codec, of: vectors.first, into: &report)
            return vectors.map { Self.verdict(of: codec, on: $0) }
        } catch {
            return vectors.map { _ in .failed(error.description) }
        }
    }

    /// Whether a relative path has no way up. A link in the folder is its owner's own.
    private static func staysInside(_ path: String) -> Bool {
        path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { level in
            !level.isEmpty && level != ".." && !level.utf8.contains(0)
        }
    }

    private func note(_ codec: CatalogueCodec, of vector: Vector?, into report: inout Report) {
        let name = vector?.codec ?? ""
        for (number, example) in codec.examples.enumerated() {
            let differences = example.differences.joined(separator: "; ")
            report.note(
                "\(name)#\(number + 1)", "codecs' examples", example.title,
                differences.isEmpty ? .passed : .failed(differences))
        }
        for remark in codec.remarks { print("note \(name): \(remark)") }
    }

    private static func verdict(of codec: CatalogueCodec, on vector: Vector) -> Verdict {
        let result: Result<SampleBatch, DecodingFailure>
        do throws(ImportError) {
            result = try codec.decode(vector.frame)
        } catch {
            return .failed(error.description)
        }
        let comparison =
            switch result {
            case .success(let batch): Comparison(batch: batch, failure: nil)
            case .failure(let failure): Comparison(batch: SampleBatch(), failure: failure)
            }
        return comparison.verdict(on: vector)
    }
}

extension Vector {
    /// What the codec is called with.
    fileprivate var frame: CodecFrame {
        var bytes: [UInt8] = []
        let text = Array((input["hex"]?.string ?? "").utf8)
        _ = TextCoding.appendHex(text.span, to: &bytes)
        let received = input["recvTime"]?.string.flatMap { RFC3339.parse($0) }
        return CodecFrame(
            bytes: bytes, port: UInt8(clamping: input["fPort"]?.integer ?? 0),
            receivedAt: received.map(Timestamp.init(milliseconds:)) ?? Trial.receivedAt)
    }
}
