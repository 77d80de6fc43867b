import ColdChain
import Wire

extension OracleTrip {
    /// A line a reading, with the flag of each test.
    package var text: String {
        let width = max(file.placeName.count, String(file.readings.count + 1).count)
        var lines = ["flags of ioos_qc 3.0.0's tests, by the parameters of Freshwire's own"]
        for column in columns {
            if case .failure(let error) = column.flags {
                lines.append("note  \(column.test): the series is refused, \(error.description)")
            }
        }
        lines += file.remarks.map { "note  \($0)" }
        let evaluated = columns.compactMap { column in
            (try? column.flags.get()).map { (test: column.test, flags: $0) }
        }
        lines.append(
            "\(TripText.rightAligned(file.placeName, width))  \(TripText.padded("time", 24))"
                + "       °C  flag  " + evaluated.map(\.test).joined(separator: "  "))
        for (index, reading) in readings.enumerated() {
            let flags = evaluated.map { column in
                TripText.rightAligned("\(column.flags[index].rawValue)", column.test.count)
            }
            lines.append(
                TripText.rightAligned("\(reading.place)", width) + "  "
                    + TripText.instant(reading.measuredAt) + "  "
                    + TripText.rightAligned(TripText.celsius(reading.celsius), 7) + "     "
                    + "\(rollup[index].rawValue)  " + flags.joined(separator: "  "))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("oracle", "ioos_qc 3.0.0")
            object.name("refused")
            object.object { refused in
                for column in columns {
                    if case .failure(let error) = column.flags {
                        refused.member(column.test, error.description)
                    }
                }
            }
            object.name("readings")
            object.array { array in
                for (index, reading) in readings.enumerated() {
                    array.object { members(of: reading, index, &$0) }
                }
            }
        }
        return writer.bytes
    }

    private func members(of reading: FiledReading, _ index: Int, _ object: inout JSONWriter) {
        object.member(file.placeName, Int64(reading.place))
        object.instantMember("measuredAt", reading.measuredAt)
        object.member("celsius", reading.celsius)
        object.member("flag", Int64(rollup[index].rawValue))
        object.name("flags")
        object.object { flags in
            for column in columns {
                if case .success(let found) = column.flags {
                    flags.member(column.test, Int64(found[index].rawValue))
                }
            }
        }
    }
}
