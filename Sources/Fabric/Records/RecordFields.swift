package import Wire

/// Reads what records say, for dialects that say it in other words.
package struct RecordFields {
    private let parse: ([UInt8]) -> JSON?

    /// - Parameter parse: Reads JSON text; nil where it is none.
    package init(parse: @escaping ([UInt8]) -> JSON?) {
        self.parse = parse
    }

    func value(of record: RecordText) -> JSON? { parse(record.data) }

    func value(of text: [UInt8]) -> JSON? { parse(text) }
}
