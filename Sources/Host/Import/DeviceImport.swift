import CodecSandbox
import ColdChain
package import Configuration
import DeviceCodecs
import JSONText
import System

/// Makes a profile of a device out of a public catalogue's folder: runs the codec over its author's
/// examples, proposes what its fields mean, and writes profile and codec with the examples as tests.
package enum DeviceImport {
    /// What came of one codec.
    package struct Report: Equatable, Sendable {
        /// `vendor/model`.
        package var id: String
        /// The file of the codec.
        package var file: String
        package var passed = 0
        package var examples = 0
        /// Of the examples that fail, each with its title.
        package var differences: [String] = []
        /// One line for each field.
        package var fields: [String] = []
        package var remarks: [String] = []
        /// The folder that was written; nil where none was.
        package var folder: String?
        /// Why there is no profile, in words; nil where there is one, or was none to be written.
        package var problem: String?

        init(id: String, file: String) {
            self.id = id
            self.file = file
        }
    }

    /// - Parameters:
    ///   - path: A codec, the file that describes it, or a folder of such.
    ///   - directory: Where `<vendor>/<model>/` is made; nil writes nothing.
    ///   - id: `vendor/model` in place of the folder's own names; for a single codec only.
    package static func run(
        _ path: String, into directory: String?, as id: String?, _ codecs: Configuration.Codecs
    ) throws(ImportError) -> [Report] {
        let found = try DeviceFolder.codecs(at: path)
        if id != nil, found.count > 1 {
            throw ImportError("\(path) holds \(found.count) codecs, which cannot share a name")
        }
        if let id, !id.isModelName {
            throw ImportError("'\(id)' is no vendor/model in lower case such as acme/probe")
        }
        let settings = CodecSandboxSettings(codecs)
        return found.map { codec in
            var report = Report(
                id: id ?? "\(levelName(codec.vendor))/\(levelName(codec.model))", file: codec.file)
            report.remarks = codec.remarks
            do throws(ImportError) {
                try take(codec, into: directory, settings, &report)
            } catch {
                report.problem = error.description
            }
            return report
        }
    }

    /// A folder's name by the rules of profiles.
    private static func levelName(_ name: String) -> String {
        let units = name.lowercased().utf8.map { unit in
            "\(Character(Unicode.Scalar(unit)))".isLevelName ? unit : UInt8(ascii: "-")
        }
        return String(decoding: units, as: UTF8.self)
    }

    private static func take(
        _ codec: FoundCodec, into directory: String?, _ settings: CodecSandboxSettings,
        _ report: inout Report
    ) throws(ImportError) {
        let trial = try CodecTrial(codec.source, settings)
        let outcomes = codec.examples.map(trial.run)
        report.examples = outcomes.count
        for outcome in outcomes where !outcome.differences.isEmpty {
            report.differences += outcome.differences.map { "\(outcome.example.title): \($0)" }
        }
        let passing = outcomes.filter(\.differences.isEmpty)
        report.passed = passing.count
        guard !passing.isEmpty else {
            throw ImportError(
                outcomes.isEmpty
                    ? "there is no example, so that no field can be proposed"
                    : "no example passes, so that the codec is not to be relied on")
        }
        let proposed = try ProposedFields(outputs: passing.compactMap(\.json))
        report.remarks += proposed.remarks
        report.fields = proposed.fields.map {
            "\($0.target.name) in \($0.unit.rawValue) from '\($0.path.joined(separator: "."))', "
                + "such as \($0.value)"
        }
        guard !proposed.fields.isEmpty else {
            throw ImportError("none of the fields in the examples is known by its name")
        }
        guard report.id.isModelName else {
            throw ImportError("the folders do not tell vendor and model; name them with --as")
        }
        let text = try profile(report.id, codec, proposed, passing.map(\.example), trial)
        if let directory { report.folder = try write(text, codec, report.id, into: directory) }
    }

    /// The text of the profile, tried as the daemon will try it.
    private static func profile(
        _ id: String, _ codec: FoundCodec, _ proposed: ProposedFields, _ examples: [CodecExample],
        _ trial: CodecTrial
    ) throws(ImportError) -> [UInt8] {
        let file = String(codec.file.split(separator: "/").last ?? "")
        var text = ProfileText(id, from: file, proposed)
        let bare = try parsed(text, codec)
        text.beginExamples()
        do {
            let catalogue = try ProfileCatalogue([bare])
            var decoder = try PayloadDecoder(catalogue)
            for example in examples {
                text.add(example, decode(CodecFrame(example), &decoder, trial))
            }
        } catch {
            throw ImportError("\(error)")
        }
        if let difference = try parsed(text, codec).failingExample(answer: trial.answer) {
            throw ImportError("the profile does not decode its own examples: \(difference)")
        }
        return Array(text.text.utf8)
    }

    static func parsed(
        _ text: ProfileText, _ codec: FoundCodec
    ) throws(ImportError) -> Profile {
        do throws(ProfileError) {
            return try Profile(
                parsing: Array(text.text.utf8), codec: codec.source, file: "profile.yaml")
        } catch {
            throw ImportError("the proposal is no profile: \(error)")
        }
    }

    /// Decodes a frame by the one profile of `decoder`, whose codec `trial` runs.
    static func decode(
        _ frame: CodecFrame, _ decoder: inout PayloadDecoder, _ trial: CodecTrial
    ) -> Result<SampleBatch, DecodingFailure> {
        var batch = SampleBatch()
        let received = frame.receivedAt ?? Profile.usualReceipt
        do throws(DecodingFailure) {
            try decoder.decode(
                frame.bytes.span, topic: [UInt8]().span, profile: ProfileNumber(rawValue: 0),
                IncomingMessage(receivedAt: received, port: Int(frame.port)), into: &batch)
            guard let call = decoder.frames.codecCall else {
                throw DecodingFailure(.nothingMeasured, detail: "an empty frame")
            }
            let json = try trial.answer(to: call, receivedAt: received)
            try decoder.decode(json.span, to: call, receivedAt: received, into: &batch)
            return .success(batch)
        } catch {
            return .failure(error)
        }
    }

    private static func write(
        _ profile: [UInt8], _ codec: FoundCodec, _ id: String, into directory: String
    ) throws(ImportError) -> String {
        let folder = "\(directory)/\(id)"
        guard !File.exists("\(folder)/profile.yaml") else {
            throw ImportError(
                "\(folder)/profile.yaml is there already; remove it, or import --as another model")
        }
        do throws(SystemError) {
            try File.makeDirectory(folder)
            // The profile last: without its codec it would keep a daemon from starting.
            try File.write("\(folder)/codec.js", codec.source)
            try File.write("\(folder)/profile.yaml", profile)
        } catch {
            throw ImportError(error.description)
        }
        return folder
    }
}

extension String {
    /// Whether it could be one half of `vendor/model`.
    fileprivate var isLevelName: Bool { "\(self)/x".isModelName }
}
