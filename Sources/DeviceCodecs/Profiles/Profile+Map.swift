import ColdChain

extension Profile {
    /// The profile's fields as the ways into a document.
    var map: FieldMap {
        let part = FieldMap.Part(
            fields: fields.map(FieldMapping.init),
            time: time.map {
                FieldMap.Time(
                    path: $0.path, kind: $0.kind, fallsBackToReceipt: $0.fallsBackToReceipt)
            },
            device: device, sequence: sequence?.path)
        guard !rows.isEmpty else { return FieldMap(now: part) }
        // A codec's rows are what the device kept beside the reading of now; the rows of a message
        // are its readings.
        return FieldMap(
            now: part,
            rows: FieldMap.Rows(path: rows, part: part, isHistory: format == .javaScript))
    }
}

extension FieldMapping {
    fileprivate init(_ field: Profile.Field) {
        self.init(
            path: field.path, target: field.target, unit: field.unit,
            invalid: field.invalid.map { value in
                switch value.sent {
                case .number(let number): Invalid(.number(number), value.meaning)
                case .text(let text):
                    Invalid(.text(String(decoding: text, as: UTF8.self)), value.meaning)
                }
            })
    }
}
