import CodecSandbox
package import ColdChain
package import Configuration
package import DeviceCodecs

/// A frame for a vendor's codec.
package struct CodecFrame: Equatable, Sendable {
    package var bytes: [UInt8]
    package var port: UInt8
    /// Nil: when examples arrive that do not say.
    package var receivedAt: Timestamp?

    package init(bytes: [UInt8], port: UInt8, receivedAt: Timestamp? = nil) {
        self.bytes = bytes
        self.port = port
        self.receivedAt = receivedAt
    }

    init(_ example: CodecExample) {
        self.init(
            bytes: example.bytes, port: example.port,
            receivedAt: example.receivedMilliseconds.map(Timestamp.init(milliseconds:)))
    }
}

/// A codec where a public catalogue has it, tried in the sandbox without being imported.
///
/// Its program lives as long as the value.
package final class CatalogueCodec {
    /// What came of one of its author's examples.
    package struct ExampleOutcome: Equatable, Sendable {
        package var title: String
        /// What the codec answered otherwise than the example says; empty where it passes.
        package var differences: [String]
    }

    /// In the order of the catalogue's files.
    package let examples: [ExampleOutcome]
    /// What could not be used beside the codec, in words.
    package let remarks: [String]
    private let codec: FoundCodec
    private let trial: CodecTrial

    /// Loads the codec and runs its author's examples.
    ///
    /// - Parameter file: Of the codec's source, in a layout that `DeviceImport` takes.
    /// - Throws: Where the source cannot be read or is no codec, or none can be run here.
    package init(_ file: String, _ codecs: Configuration.Codecs) throws(ImportError) {
        codec = try DeviceFolder.codec(file)
        trial = try CodecTrial(codec.source, CodecSandboxSettings(codecs))
        examples = codec.examples.map(trial.run).map { outcome in
            ExampleOutcome(title: outcome.example.title, differences: outcome.differences)
        }
        remarks = codec.remarks
    }

    /// Decodes a frame by the profile that an import proposes of what the codec answers to it.
    ///
    /// - Throws: Where nothing that the codec answers is known by its name.
    package func decode(
        _ frame: CodecFrame
    ) throws(ImportError) -> Result<SampleBatch, DecodingFailure> {
        let answer: [UInt8]
        do throws(DecodingFailure) {
            answer = try trial.answer(to: frame)
        } catch {
            return .failure(error)
        }
        let proposed = try ProposedFields(outputs: [answer])
        guard !proposed.fields.isEmpty else {
            throw ImportError("none of the fields that the codec answers is known by its name")
        }
        let text = ProfileText("catalogue/codec", from: codec.file, proposed)
        let profile = try DeviceImport.parsed(text, codec)
        do {
            var decoder = try PayloadDecoder(try ProfileCatalogue([profile]))
            return DeviceImport.decode(frame, &decoder, trial)
        } catch {
            throw ImportError("\(error)")
        }
    }
}
