import JSONText
import Wire

extension ReadingCollector {
    private static let limits = JSONLimits(
        maximumBytes: ReadingsFile.longest, maximumDepth: 16, maximumRows: .max)

    /// Takes an array of objects, an object with `readings`, or lines with an object each.
    ///
    /// - Returns: Whether the places are those of an array; false for lines.
    mutating func takeJSON(_ text: [UInt8]) throws(ReadingsFileError) -> Bool {
        let json: JSON
        do throws(JSONSyntaxError) {
            json = try JSONText.parse(text, limits: Self.limits)
        } catch {
            guard try takeLines(text) else {
                throw ReadingsFileError(
                    "\(error.description)" + Self.line(of: error, in: text) + ", where JSON is read"
                )
            }
            return false
        }
        if json.members != nil, json["readings"] == nil {
            take(Self.cells(json), place: 1)
            return true
        }
        guard let rows = json.array ?? json["readings"]?.array else {
            throw ReadingsFileError(
                "the JSON holds no array of readings",
                hint: "expected [{\"time\": …, \"temperature\": …}, …] or {\"readings\": […]}")
        }
        for (index, row) in rows.enumerated() { take(Self.cells(row), place: index + 1) }
        return true
    }

    /// - Returns: False where the first line alone is no JSON.
    private mutating func takeLines(_ text: [UInt8]) throws(ReadingsFileError) -> Bool {
        var number = 0
        var isFirst = true
        for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
            let row: JSON
            do throws(JSONSyntaxError) {
                row = try JSONText.parse(Array(line), limits: Self.limits)
            } catch {
                if isFirst { return false }
                throw ReadingsFileError("line \(number): \(error.description)")
            }
            take(Self.cells(row), place: number)
            isFirst = false
        }
        return true
    }

    private static func cells(_ row: JSON) -> [ReadingColumn: ReadingCell] {
        guard let members = row.members else { return [:] }
        return ReadingColumn.places(in: members.map(\.name)).mapValues { place in
            ReadingCell(members[place].value)
        }
    }

    private static func line(of error: JSONSyntaxError, in text: [UInt8]) -> String {
        guard let offset = error.offset else { return "" }
        let line = text.prefix(offset).count { $0 == 0x0A } + 1
        return " (line \(line))"
    }
}
