import System

/// What came of one vector.
enum Verdict {
    case passed
    case failed(String)
    /// Nothing of it is for the product to decode; why.
    case notTried(String)
    /// It needs the vendor's codec.
    case waiting
}

/// Prints what came of each vector, and counts.
struct Report {
    private struct Count {
        var passed = 0
        var failed = 0
        var excepted = 0
        var skipped = 0
    }

    private let exceptions: Exceptions
    private var counts: [String: Count] = [:]
    private var waiting = 0
    /// Whether nothing failed but what is known to fail.
    private(set) var isSound = true

    init(_ exceptions: Exceptions) {
        self.exceptions = exceptions
    }

    mutating func note(_ id: String, _ format: String, _ device: String, _ verdict: Verdict) {
        let reason = exceptions.reasons[id]
        var count = counts[format] ?? Count()
        switch (verdict, reason) {
        case (.passed, nil):
            count.passed += 1
            print("pass \(id) \(format)\(device.isEmpty ? "" : " " + device)")
        case (.passed, .some):
            count.failed += 1
            isSound = false
            print("FAIL \(id) \(format) passes: it is no exception any more")
        case (.failed(let words), nil):
            count.failed += 1
            isSound = false
            print("FAIL \(id) \(format)\(device.isEmpty ? "" : " " + device): \(words)")
        case (.failed(let words), let reason?):
            count.excepted += 1
            print("except \(id) \(format): \(reason) (\(words))")
        case (.notTried(let words), _):
            count.skipped += 1
            print("skip \(id) \(format) \(device): \(words)")
        case (.waiting, _):
            count.skipped += 1
            waiting += 1
            print("skip \(id) \(format) \(device): by the vendor's codec, which is not shipped")
        }
        counts[format] = count
    }

    func printTable() {
        print("\nformat or topic                pass  fail  except  skip")
        for (format, count) in counts.sorted(by: { $0.key < $1.key }) {
            print(
                Self.padded(format, 30), Self.padded("\(count.passed)", 5),
                Self.padded("\(count.failed)", 5), Self.padded("\(count.excepted)", 7),
                count.skipped)
        }
        guard waiting > 0 else { return }
        print(
            "\n\(waiting) vectors wait for their vendors' codecs: \(CodecFolder.variable) names a "
                + "folder of them.")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }
}

/// Vectors that are known not to pass.
struct Exceptions {
    var reasons: [String: String] = [:]

    init() {}

    init(file: String) throws(SystemError) {
        let text = String(decoding: try File.read(file, limit: 1 << 20), as: UTF8.self)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ", maxSplits: 1)
            if words.count == 2 { reasons[String(words[0])] = String(words[1]) }
        }
    }
}
