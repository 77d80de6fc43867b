// swift-tools-version: 6.3
import PackageDescription

/// One set of rules for every target: each unsafe use is marked, every warning is an error.
let rules: [SwiftSetting] = [
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableExperimentalFeature("Lifetimes"),
]

func room(
    _ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []
) -> Target {
    .target(
        name: name, dependencies: dependencies, exclude: exclude, swiftSettings: rules,
        linkerSettings: [.linkedLibrary("m")])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: rules)
}

/// A program that is not shipped: a benchmark, or a process that a test starts and kills.
func program(_ name: String, in folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "\(folder)/\(name)", swiftSettings: rules)
}

func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
    name: "freshwire",
    products: [
        .executable(name: "freshwire", targets: ["freshwire"]),
        .executable(name: "freshwire-codecs", targets: ["freshwire-codecs"]),
    ],
    targets: [
        // C libraries, each behind one module; the Swift target that may name it stands beside it.
        library("CMosquitto", pkgConfig: "libmosquitto", apt: "libmosquitto-dev"),  // Intake
        library("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),  // Journal
        library("CWebSockets", pkgConfig: "libwebsockets", apt: "libwebsockets-dev"),  // Server
        library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),  // Courier
        library("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),  // Crypto; Intake links it
        library("CJose", pkgConfig: "cjose", apt: "libcjose-dev"),  // Crypto
        library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),  // YAML
        library("CSimdJSONLibrary", pkgConfig: "simdjson", apt: "libsimdjson-dev"),
        .target(name: "CSimdJSON", dependencies: ["CSimdJSONLibrary"]),  // JSONText
        .target(name: "CLinux"),  // System
        library("CZlib", pkgConfig: "zlib", apt: "zlib1g-dev"),  // Deflate
        library(
            "CJavaScriptCore", pkgConfig: "javascriptcoregtk-4.1",
            apt: "libjavascriptcoregtk-4.1-dev"),  // freshwire-codecs
        .target(name: "CSandbox"),  // Confinement

        // The pure rooms: no C library, no Foundation, no clock, no lock.
        room("Wire"),
        room("Mathematics"),  // a few functions of the C library's, and nothing else of it
        room("ColdChain", ["Mathematics"]),
        room("Fabric", ["ColdChain", "Wire"]),
        room("Bridge", ["ColdChain", "Fabric", "Wire"]),

        // Where bytes come in, and where they rest.
        room("System", ["CLinux"]),
        room("YAML", ["CYAML"]),
        room("Configuration", ["ColdChain", "Fabric", "Wire", "YAML"]),
        room("Crypto", ["COpenSSL", "CJose", "Wire"]),
        room("Intake", ["CMosquitto", "COpenSSL"]),
        room("JSONText", ["Wire", "CSimdJSON"]),
        room("DeviceCodecs", ["ColdChain", "Crypto", "JSONText", "Wire", "YAML"]),
        room(
            "Journal",
            ["ColdChain", "Bridge", "Crypto", "CSQLite", "Fabric", "JSONText", "Wire"],
            exclude: ["README.md"]),
        room("Deflate", ["CZlib"]),
        room("Server", ["CWebSockets", "Deflate", "Wire"]),
        room("Courier", ["Bridge", "CCurl", "Crypto", "Wire"]),

        // Vendors' JavaScript codecs: the daemon's side, and the locked-in program that runs them.
        room("CodecMessages"),
        room("CodecSandbox", ["CodecMessages", "System"]),
        room("Confinement", ["CSandbox"]),
        .executableTarget(
            name: "freshwire-codecs",
            dependencies: ["CJavaScriptCore", "CodecMessages", "Confinement", "System"],
            swiftSettings: rules),
        // What bags, trackers and their gateways send, for the demo and for scenarios. No part of
        // the daemon: nothing of it is linked from the rooms that one reading passes.
        room("SimulatedHardware", ["ColdChain", "Wire", "YAML"]),

        // The threads that join them, and the command line.
        room(
            "Host",
            [
                "Bridge", "CodecMessages", "CodecSandbox", "ColdChain", "Configuration", "Courier",
                "Crypto",
                "DeviceCodecs", "Fabric", "Intake", "JSONText", "Journal", "Server", "System",
                "Wire", "YAML",
            ]),
        .executableTarget(
            name: "freshwire",
            dependencies: [
                "ColdChain", "Configuration", "Crypto", "DeviceCodecs", "Fabric", "Host", "Intake",
                "Journal", "SimulatedHardware", "System", "Wire", "YAML",
            ],
            swiftSettings: rules),

        // Programs that foreign test suites and the benchmarks run against.
        program("EchoServer", in: "Tests/Probes", ["Server", "Wire"]),
        .executableTarget(
            name: "freshwire-conformance",
            dependencies: ["Fabric", "Host", "JSONText", "Server", "System", "Wire"],
            path: "Tests/Conformance/Server", swiftSettings: rules),
        .executableTarget(
            name: "FanOutBench", dependencies: ["Server", "Wire"],
            path: "Tests/Benchmarks/FanOut/Server", swiftSettings: rules),
        // Links no C library: that it can be built is the check that the pure rooms are pure.
        .target(
            name: "Simulator", dependencies: ["Bridge", "ColdChain", "Fabric", "Wire"],
            path: "Tests/Simulator", swiftSettings: rules),

        tests(
            "ServerTests",
            [
                "Deflate", "EchoServer", "FuzzSeeds", "InteropSupport", "RealtimeProperties",
                "Server", "Wire",
            ]),
        tests("ConformanceTests", ["InteropSupport", "TestSupport", "freshwire-conformance"]),
        tests("WireTests", ["Wire"]),
        tests("SystemTests", ["System"]),
        tests(
            "JournalTests",
            [
                "Bridge", "ColdChain", "Crypto", "Fabric", "InteropSupport", "Journal",
                "JournalProbe",
            ]),
        program("JournalProbe", in: "Tests/Probes", ["Bridge", "ColdChain", "Journal"]),
        program("JournalBench", in: "Tests/Benchmarks", ["Bridge", "ColdChain", "Journal"]),
        .executableTarget(
            name: "StorageShapes", path: "Tests/Benchmarks/StorageShapes",
            linkerSettings: [.linkedLibrary("sqlite3")]),
        tests(
            "ColdChainTests",
            ["ColdChain", "InteropSupport", "QualityOracle", "Wire"]),
        // The vectors of the quality tests, and the program that a foreign implementation is
        // compared with.
        .target(
            name: "QualityVectors", dependencies: ["ColdChain"],
            path: "Tests/Vectors/QualityVectors", swiftSettings: rules),
        program("QualityOracle", in: "Tests/Probes", ["QualityVectors"]),
        // The vectors of the whole food-safety domain: those of the quality tests are among them.
        .target(
            name: "DomainVectors", dependencies: ["ColdChain", "Configuration", "QualityVectors"],
            path: "Tests/Vectors/DomainVectors", swiftSettings: rules),
        tests("DomainVectorTests", ["ColdChain", "DomainVectors"]),
        // Real brokers, certificates and programs for the tests.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: rules),
        tests("IntakeTests", ["Intake", "TestSupport", "AcknowledgementProbe"]),
        .target(name: "ExitInsideCallback", path: "Tests/Probes/ExitInsideCallback"),
        .executableTarget(
            name: "AcknowledgementProbe", dependencies: ["ExitInsideCallback", "Intake"],
            path: "Tests/Probes/AcknowledgementProbe", swiftSettings: rules),
        tests("SimulationTests", ["Simulator"]),
        .target(
            name: "Shift",
            dependencies: [
                "Bridge", "ColdChain", "Fabric", "Journal", "SimulatedHardware", "Simulator",
                "TestSupport", "Wire",
            ],
            path: "Tests/Shift", swiftSettings: rules),
        tests("ShiftTests", ["ColdChain", "Configuration", "Shift"]),
        program(
            "ShiftBench", in: "Tests/Benchmarks",
            ["Bridge", "ColdChain", "Configuration", "Shift", "Wire"]),
        tests("SimulatedHardwareTests", ["ColdChain", "SimulatedHardware", "Wire", "YAML"]),
        tests("BridgeTests", ["Bridge", "ColdChain", "Fabric", "JSONText", "Wire"]),
        tests("YAMLTests", ["YAML"]),
        tests("ConfigurationTests", ["ColdChain", "Configuration", "Fabric", "Wire", "YAML"]),
        tests(
            "HostTests",
            [
                "Bridge", "ColdChain", "Configuration", "Crypto", "Fabric", "Host", "JSONText",
                "Wire",
            ]),
        tests("CryptoTests", ["Crypto", "InteropSupport", "Wire"]),
        tests("CourierTests", ["Bridge", "Courier", "Crypto", "InteropSupport"]),
        // The foreign programs that tests talk to.
        .target(name: "InteropSupport", path: "Tests/Interop/Support", swiftSettings: rules),
        tests(
            "EndToEndTests",
            [
                "Bridge", "ColdChain", "InteropSupport", "Journal", "TestSupport", "VectorRun",
                "freshwire", "freshwire-codecs",
            ]),
        .target(
            name: "CAllocationCounter", path: "Tests/Benchmarks/CAllocationCounter"),
        .executableTarget(
            name: "DecodeBench", dependencies: ["CAllocationCounter", "ColdChain", "DeviceCodecs"],
            path: "Tests/Benchmarks/DecodeBench", swiftSettings: rules),
        tests("JudgingTests", ["ColdChain", "Configuration", "Host", "JSONText", "Wire"]),
        program(
            "TurnBench", in: "Tests/Benchmarks",
            [
                "Bridge", "CAllocationCounter", "ColdChain", "DeviceCodecs", "Host", "Intake",
                "Journal", "Wire",
            ]),
        program(
            "FleetBench", in: "Tests/Benchmarks",
            ["Bridge", "ColdChain", "DeviceCodecs", "Host", "Intake", "Journal", "Wire"]),
        .target(
            name: "FuzzSeeds", dependencies: ["Wire"], path: "Tests/Fuzz/FuzzSeeds",
            swiftSettings: rules),
        .target(
            name: "RealtimeProperties",
            dependencies: ["ColdChain", "Fabric", "JSONText", "Server", "Wire"],
            path: "Tests/Fuzz/RealtimeProperties", swiftSettings: rules),
        .target(
            name: "DecodeProperties",
            dependencies: ["ColdChain", "DeviceCodecs", "JSONText", "Wire"],
            path: "Tests/Fuzz/DecodeProperties", swiftSettings: rules),
        .target(
            name: "FormatProperties",
            dependencies: ["ColdChain", "DeviceCodecs", "JSONText", "Wire"],
            path: "Tests/Fuzz/FormatProperties", swiftSettings: rules),
        tests(
            "DeviceCodecsTests",
            [
                "ColdChain", "Crypto", "DecodeProperties", "DeviceCodecs", "FormatProperties",
                "FuzzSeeds",
                "JSONText", "Wire", "YAML",
            ]),
        program(
            "MutantRun", in: "Tests/Fuzz",
            [
                "DecodeProperties", "FormatProperties", "FuzzSeeds", "RealtimeProperties", "System",
                "Wire",
            ]),
        tests("FuzzTests", ["FormatProperties", "FuzzSeeds", "MutantRun", "TestSupport"]),
        program(
            "VectorRun", in: "Tests/Vectors",
            [
                "ColdChain", "Configuration", "Crypto", "DeviceCodecs", "DomainVectors", "Host",
                "JSONText", "System", "Wire",
            ]),
        tests(
            "CodecSandboxTests",
            [
                "CodecMessages", "CodecSandbox", "ConfinementProbe", "System", "TestSupport",
                "freshwire-codecs",
            ]),
        program("ConfinementProbe", in: "Tests/Probes", ["Confinement"]),
        .executableTarget(
            name: "CodecBench", dependencies: ["CodecMessages", "CodecSandbox", "System"],
            path: "Tests/Benchmarks/CodecBench", exclude: ["codecs", "in_node.js"],
            swiftSettings: rules),
        tests("JSONTextTests", ["JSONText", "Wire"]),
        tests("FabricTests", ["ColdChain", "Fabric", "Wire"]),
        .executableTarget(
            name: "FabricBench", dependencies: ["ColdChain", "Fabric", "Wire"],
            path: "Tests/Benchmarks/FabricBench", swiftSettings: rules),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

// Fuzzers need the toolchain's libFuzzer, whose folder `Tests/Fuzz/run` puts into FUZZ.
if let libFuzzer = Context.environment["FUZZ"] {
    package.targets.append(
        .target(name: "FuzzDriver", path: "Tests/Fuzz/FuzzDriver", swiftSettings: rules))
    for (name, properties) in [
        ("FuzzDecode", "DecodeProperties"), ("FuzzFormats", "FormatProperties"),
        ("FuzzRealtime", "RealtimeProperties"),
    ] {
        package.targets.append(
            .executableTarget(
                name: name, dependencies: ["FuzzDriver", .init(stringLiteral: properties)],
                path: "Tests/Fuzz/\(name)", exclude: ["corpus", "failures"],
                swiftSettings: rules,
                linkerSettings: [
                    .unsafeFlags([
                        "-L\(libFuzzer)", "-lclang_rt.fuzzer_no_main-x86_64", "-lstdc++",
                    ])
                ]))
    }
}
