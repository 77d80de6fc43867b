package import Bridge
import ColdChain
package import Configuration
import DeviceCodecs
import JSONText
import Journal
package import System
package import Wire

/// Reads the log from the command line, beside a daemon that may be writing it.
package enum LogExport {
    /// Bytes handed on at a time, and how often progress is told.
    private static let pieceBytes = 1 << 16
    /// Orders of a person read at a time, each with its positions.
    private static let recordPage = 100

    /// Where an export goes. It may refuse a piece.
    package typealias Output = ([UInt8]) throws(SystemError) -> Void

    /// Writes what a request asks for, a piece at a time.
    ///
    /// - Parameter progress: Is told how many records were written so far, after each piece.
    /// - Returns: How many records there were: readings, or events.
    package static func write(
        _ request: ExportRequest, _ configuration: Configuration, to output: Output,
        progress: (Int) -> Void
    ) throws(ExportError) -> Int {
        let path = JournalSettings(configuration).path
        guard File.exists(path) else {
            throw ExportError(kind: .noLog, description: "there is no log at \(path) yet")
        }
        let reader = try ExportError.catching { () throws(StoreError) in
            try JournalReader(path: path)
        }
        let now = Timestamp(milliseconds: Clock.wallMilliseconds())
        var stream = try LogStream(request, from: reader, now: now)
        var piece: [UInt8] = []
        while !stream.isFinished {
            try stream.step(into: &piece, from: reader)
            guard piece.count >= pieceBytes || stream.isFinished else { continue }
            try ExportError.writing { () throws(SystemError) in try output(piece) }
            piece.removeAll(keepingCapacity: true)
            progress(stream.records)
        }
        return stream.records
    }

    /// Writes dead letters after a number as lines of JSON, at most `limit`.
    package static func deadLetters(
        _ configuration: Configuration, after number: UInt64, limit: Int, to stream: StandardStream
    ) throws(StartError) -> Int {
        try reading(configuration) { (reader) throws(StoreError) in
            let letters = try reader.deadLetters(after: number, limit: limit)
            for letter in letters {
                var writer = JSONWriter()
                writer.object { $0.deadLetterMembers(letter) }
                stream.write(writer.bytes + [UInt8(ascii: "\n")])
            }
            return letters.count
        }
    }

    /// Writes what the log holds of a person, a line of JSON for each order.
    ///
    /// - Returns: How many.
    package static func records(
        of subject: PersonalSubject, _ configuration: Configuration, to stream: StandardStream
    ) throws(StartError) -> Int {
        try reading(configuration) { (reader) throws(StoreError) in
            var last: UInt32 = 0
            var count = 0
            while true {
                let records = try reader.records(of: subject, after: last, limit: recordPage)
                guard let newest = records.last else { return count }
                for record in records {
                    var writer = JSONWriter()
                    writer.object { $0.subjectMembers(record) }
                    stream.write(writer.bytes + [UInt8(ascii: "\n")])
                }
                last = newest.order.number.rawValue
                count += records.count
            }
        }
    }

    /// Registered devices by name, those after `id` only, in the API's words.
    package static func devices(
        _ configuration: Configuration, after id: String, limit: Int
    ) throws(StartError) -> JSON {
        try answer(.devices(after: id, limit: limit), configuration)
    }

    /// A registered device in the API's words, or nil where it is not known.
    package static func device(
        _ configuration: Configuration, id: String
    ) throws(StartError) -> JSON? {
        let answer = try answer(.device(id: id), configuration)
        guard answer["error"]?.members == nil else { return Optional.none }
        return answer
    }

    /// A device's register of calibrations in the API's words, or nil where it is not known.
    package static func calibrations(
        _ configuration: Configuration, device: String
    ) throws(StartError) -> JSON? {
        let answer = try answer(.calibrations(device: device), configuration)
        guard answer["error"]?.members == nil else { return Optional.none }
        return answer
    }

    /// What nobody could decode, most recently seen first, in the API's words.
    package static func unknownFrames(
        _ configuration: Configuration, limit: Int
    ) throws(StartError) -> JSON {
        try answer(.unknownFrames(limit: limit), configuration)
    }

    private static func answer(
        _ query: ReadQuery, _ configuration: Configuration
    ) throws(StartError) -> JSON {
        // The log can be read where a profile cannot: it is less that is told of devices then.
        let catalogue = try? ProfileCatalogue(configuration.devices)
        let rules = OrderRules(
            configuration, limits: try JurisdictionProfile(configuration.limits))
        let response = try reading(configuration) { (reader) throws(StoreError) in
            try LogAnswers(
                reader: reader, catalogue: catalogue, rules: rules,
                now: Timestamp(milliseconds: Clock.wallMilliseconds())
            ).answer(query)
        }
        do throws(JSONSyntaxError) {
            return try JSONText.parse(response.body)
        } catch {
            throw StartError(error.description)
        }
    }

    private static func reading<Value>(
        _ configuration: Configuration, _ body: (JournalReader) throws(StoreError) -> Value
    ) throws(StartError) -> Value {
        let store = JournalSettings(configuration)
        let path = store.path
        guard File.exists(path) else { throw StartError("there is no log at \(path) yet") }
        do throws(StoreError) {
            return try body(try JournalReader(path: path, placeKeyPath: store.placeKeyPath))
        } catch {
            throw StartError("the log \(path): \(error.description)")
        }
    }
}

extension ExportError {
    /// Does what writes the export's output.
    package static func writing<Value>(
        _ body: () throws(SystemError) -> Value
    ) throws(ExportError) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw ExportError(kind: .output, description: error.description)
        }
    }
}
