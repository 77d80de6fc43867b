extension ReadingCollector {
    /// Takes the rows of CSV with a header, separated by comma, semicolon or tab.
    mutating func takeCSV(_ text: ArraySlice<UInt8>) throws(ReadingsFileError) {
        var header: CSVHeader?
        var number = 0
        for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            let line = line.last == 0x0D ? line.dropLast() : line
            if line.first == UInt8(ascii: "#") || line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
                continue
            }
            if let header {
                take(try header.cells(of: line, number), place: number)
            } else {
                header = try CSVHeader(line, number)
            }
        }
    }
}

/// The header of a CSV file, and how its rows are read by it.
private struct CSVHeader {
    private let separator: UInt8
    private let names: [String]
    private let places: [ReadingColumn: Int]

    init(_ line: ArraySlice<UInt8>, _ number: Int) throws(ReadingsFileError) {
        separator = [UInt8(ascii: ";"), 0x09].first { line.contains($0) } ?? UInt8(ascii: ",")
        names = try Self.fields(line, separator, number)
        places = ReadingColumn.places(in: names)
        let hasValue = places[.celsius] != nil || places[.fahrenheit] != nil
        guard places[.time] != nil, hasValue else {
            let missing = places[.time] == nil ? "time" : "temperature"
            throw ReadingsFileError(
                "line \(number) is no header with a \(missing): "
                    + names.prefix(8).map { "'\($0.prefix(30))'" }.joined(separator: ", "),
                hint: "the first line names the columns, such as time,temperature")
        }
    }

    func cells(
        of line: ArraySlice<UInt8>, _ number: Int
    ) throws(ReadingsFileError) -> [ReadingColumn: ReadingCell] {
        let fields = try Self.fields(line, separator, number)
        // One field more may be half of a number: 4,1 is not 4.
        guard fields.dropFirst(names.count).allSatisfy(\.isEmpty) else {
            throw ReadingsFileError(
                "line \(number) has \(fields.count) fields, and the header has \(names.count)",
                hint: "numbers with a decimal comma need ; between the fields, or quotes")
        }
        return places.mapValues { place in
            place < fields.count ? .text(fields[place]) : .nothing
        }
    }

    /// Splits a line; quotes protect the separator, and are doubled within themselves.
    private static func fields(
        _ line: ArraySlice<UInt8>, _ separator: UInt8, _ number: Int
    ) throws(ReadingsFileError) -> [String] {
        let quote = UInt8(ascii: "\"")
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            index += 1
            if byte == quote {
                if isQuoted, index < line.endIndex, line[index] == quote {
                    field.append(quote)
                    index += 1
                } else {
                    isQuoted.toggle()
                }
            } else if byte == separator, !isQuoted {
                fields.append(String(decoding: field, as: UTF8.self).trimmedOfSpaces)
                field.removeAll(keepingCapacity: true)
            } else {
                field.append(byte)
            }
        }
        guard !isQuoted else {
            throw ReadingsFileError("line \(number) ends within quotes")
        }
        fields.append(String(decoding: field, as: UTF8.self).trimmedOfSpaces)
        return fields
    }
}
