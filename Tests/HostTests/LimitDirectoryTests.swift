import ColdChain
import Configuration
import Foundation
import Host
import Testing

@Suite("Limits of one's own come from a directory")
struct LimitDirectoryTests {
    private final class Folder {
        let path = NSTemporaryDirectory() + "limits-" + UUID().uuidString

        init(_ files: [String: String]) throws {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
            for (name, text) in files {
                try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
            }
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private static func limits(id: String, hot: String = "60") -> String {
        """
        id: \(id)
        version: 2
        title: Our kitchen.
        edition: May
        unit_of_record: °C
        limits:
          hot_hold_minimum: {value: \(hot), rule: plan, source: ours, verified: true}
          cold_hold_maximum: {value: 4, rule: plan, source: ours, verified: true}
        """
    }

    @Test("Every .yaml of the directory is beside the shipped ones, or in place of one")
    func added() throws {
        let folder = try Folder([
            "house.yaml": Self.limits(id: "house"), "uk.yaml": Self.limits(id: "uk"),
            "notes.txt": "not limits",
        ])
        let catalogue = try LimitCatalogue(directory: folder.path)
        let shipped = try LimitCatalogue(directory: nil)
        #expect(catalogue.profiles.count == shipped.profiles.count + 1)
        #expect(try catalogue.profile("house").celsius(.coldHoldMaximum) == 4)
        #expect(try catalogue.profile("uk").celsius(.coldHoldMaximum) == 4)
        #expect(try shipped.profile("uk").celsius(.coldHoldMaximum) == 8)
    }

    @Test(
        "What cannot be used is refused with its file, or its key",
        arguments: [
            (["a.yaml": limits(id: "a", hot: "3")], "a", "a.yaml:8:3: 'cold_hold_maximum'"),
            (["a.yaml": "id: [", "b.yaml": limits(id: "b")], "b", "a.yaml:2:1:"),
            (
                ["a.yaml": limits(id: "x"), "b.yaml": limits(id: "x")], "x",
                "the limits 'x' are given here again"
            ),
            (["house.yaml": limits(id: "house")], "hous", "did you mean 'house'?"),
        ] as [([String: String], String, String)])
    func refused(files: [String: String], profile: String, words: String) throws {
        let folder = try Folder(files)
        var configuration = Configuration()
        configuration.limits.profile = profile
        configuration.limits.directory = folder.path
        let error = #expect(throws: StartError.self) {
            try JurisdictionProfile(configuration.limits)
        }
        #expect("\(try #require(error))".contains(words), "\(error as Any)")
        let problems = Daemon.problems(in: configuration)
        #expect(problems.errors.contains { $0.contains(words) }, "\(problems.errors)")
    }

    @Test("A directory that is not there is refused by its name")
    func missing() throws {
        let error = #expect(throws: StartError.self) {
            try LimitCatalogue(directory: "/nowhere/at/all")
        }
        #expect("\(try #require(error))".contains("/nowhere/at/all"))
    }

    @Test("The profile gives the limits of each class, and a key of its own stands over it")
    func inForce() throws {
        let folder = try Folder(["house.yaml": Self.limits(id: "house")])
        var limits = Configuration.Limits()
        limits.profile = "house"
        limits.directory = folder.path
        let plain = try JurisdictionProfile(limits)
        #expect(plain.criticalLimits.profile == "house")
        #expect(plain.criticalLimits.cold == CriticalLimit(maximum: 4))
        limits.coldMaximumCelsius = 7
        let own = try JurisdictionProfile(limits)
        #expect(own.criticalLimits.profile == "house+own")
        #expect(own.criticalLimits.cold == CriticalLimit(maximum: 7))
        #expect(own.criticalLimits.hot == CriticalLimit(minimum: 60))
        var configuration = Configuration()
        configuration.limits = limits
        let warnings = Daemon.problems(in: configuration).warnings
        #expect(warnings.contains { $0.contains("limits.cold_maximum_celsius lets food pass") })
    }
}
