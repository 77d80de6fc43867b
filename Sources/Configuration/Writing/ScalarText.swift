import YAML

/// A text as a YAML scalar, in double quotes where it could be taken for something else.
func quotedIfNeeded(_ text: String) -> String {
    let isSafe = text.utf8.allSatisfy { unit in
        switch unit {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
    let isNull = Node(.scalar(text, isPlain: true), at: Node.Mark(line: 1, column: 1)).isNull
    // A leading dash could open a list, three dots end a document.
    guard isSafe, !isNull, !text.hasPrefix("-"), !text.hasPrefix("...") else {
        return quoted(text)
    }
    return text
}

private func quoted(_ text: String) -> String {
    var quoted = "\""
    for character in text.unicodeScalars {
        switch character.value {
        case 0x22: quoted += "\\\""
        case 0x5C: quoted += "\\\\"
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD:
            quoted.unicodeScalars.append(character)
        case 0x10000...: quoted.unicodeScalars.append(character)
        default: quoted += "\\u" + hexadecimal(character.value)
        }
    }
    return quoted + "\""
}

private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

/// A number in the shortest form that reads back as the same one, whole numbers without fraction.
func numberText(_ number: Double) -> String {
    // Every whole number up to here has its own `Double`.
    let isWhole = number.magnitude < 9_007_199_254_740_992 && number == number.rounded()
    return isWhole ? "\(Int64(number))" : "\(number)"
}
