import Foundation
import TestSupport

/// A program that ran to its end.
struct Ran {
    var end: ChildProcess.End
    var output: String
    var errors: String

    init(_ program: String, _ arguments: [String]) throws {
        let folder = TemporaryDirectory()
        let process = try ChildProcess(
            program, arguments, output: folder.file("output"), errors: folder.file("errors"))
        end = try process.wait(atMost: .seconds(60))
        output = folder.read("output")
        errors = folder.read("errors")
    }
}

struct Unexpected: Error, CustomStringConvertible {
    var description: String
}

/// An answer that `curl` got.
struct Answer {
    var status: Int
    var body: String

    func decoded<Value: Decodable>(_: Value.Type = Value.self) throws -> Value {
        try decode(body)
    }
}

func decode<Value: Decodable>(
    _ text: some StringProtocol, as _: Value.Type = Value.self
) throws -> Value {
    do {
        return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
    } catch {
        throw Unexpected(description: "\(error) in \(text)")
    }
}

/// The lines of JSON in a text; a last line without its end is being written.
func decodeLines<Value: Decodable>(_ text: String) throws -> [Value] {
    let whole = text.prefix(upTo: text.lastIndex(of: "\n") ?? text.startIndex)
    return try whole.split(separator: "\n").map { try decode($0) }
}

extension Freshwire {
    /// A request made by `curl`.
    func request(
        _ path: String, method: String = "GET", token: String? = nil, body: String? = nil
    ) throws -> Answer {
        var arguments = [
            "--silent", "--show-error", "--max-time", "30", "--request", method, "--write-out",
            "\n%{http_code}", "http://127.0.0.1:\(port)\(path)",
        ]
        if let token { arguments += ["--header", "Authorization: Bearer \(token)"] }
        if let body { arguments += ["--data-binary", body] }
        let ran = try Ran("curl", arguments)
        guard ran.end == .exit(0), let last = ran.output.lastIndex(of: "\n"),
            let status = Int(ran.output[last...].dropFirst())
        else { throw Unexpected(description: "\(method) \(path): \(ran.errors)\n\(log)") }
        return Answer(status: status, body: String(ran.output[..<last]))
    }

    /// Runs another command of the program with this daemon's configuration.
    func command(_ name: String, _ arguments: String...) throws -> Ran {
        try Ran(Self.program, [name, "--config", configurationFile] + arguments)
    }

    func token(
        role: String = "staff", subject: String? = nil, site: String? = nil
    ) throws -> String {
        var arguments = ["token", "--config", configurationFile, "--role", role]
        if let subject { arguments += ["--subject", subject] }
        if let site { arguments += ["--site", site] }
        let ran = try Ran(Self.program, arguments)
        guard ran.end == .exit(0) else { throw Unexpected(description: ran.errors) }
        return ran.output.trimmingCharacters(in: .newlines)
    }

    /// Whether `/health/ready` says so; false, too, while nothing answers.
    var isReady: Bool {
        (try? request("/health/ready"))?.status == 200
    }

    /// The value of a metric, with its labels as `/metrics` writes them.
    func metric(_ name: String) throws -> Double? {
        let line = try request("/metrics").body.split(separator: "\n")
            .first { $0.hasPrefix(name + " ") }
        return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
    }

    /// Rows of the store, read by the `sqlite3` command.
    func rows<Row: Decodable>(_ query: String, as _: Row.Type = Row.self) throws -> [Row] {
        let ran = try Ran(
            "sqlite3", ["-readonly", "-json", "-cmd", ".timeout 10000", storeFile, query])
        guard ran.end == .exit(0) else { throw Unexpected(description: ran.errors) }
        return ran.output.isEmpty ? [] : try decode(ran.output)
    }

    /// The whole log of readings, as `freshwire export` prints it.
    func exported() throws -> [LoggedReading] {
        let ran = try command("export")
        guard ran.end == .exit(0) else { throw Unexpected(description: ran.errors) }
        return try decodeLines(ran.output)
    }

    /// Tells an order and the bags it is in, by REST.
    func createOrder(
        _ id: String, foodClass: String, bags: [String], from: String? = nil,
        fields: String = ""
    ) throws {
        let token = try token()
        let created = try request(
            "/v1/orders", method: "POST", token: token,
            body: #"{"id":"\#(id)","foodClass":"\#(foodClass)"\#(fields)}"#)
        guard created.status == 201 else { throw Unexpected(description: created.body) }
        for bag in bags {
            let from = from.map { #","from":"\#($0)""# } ?? ""
            let bound = try request(
                "/v1/orders/\(id)/bags", method: "POST", token: token,
                body: #"{"bagId":"\#(bag)"\#(from)}"#)
            guard bound.status == 201 else { throw Unexpected(description: bound.body) }
        }
    }

    func temperatureLog(_ order: String, token: String) throws -> TemperatureLog {
        let answer = try request("/v1/orders/\(order)/temperature", token: token)
        guard answer.status == 200 else { throw Unexpected(description: answer.body) }
        return try answer.decoded()
    }
}
