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

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, swiftSettings: rules,
        linkerSettings: [.linkedLibrary("m")])
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: rules)
}

func library(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

let package = Package(
    name: "freshwire",
    products: [.executable(name: "freshwire", targets: ["freshwire"])],
    targets: [
        // C libraries, each behind one module; the Swift target that may name it stands beside it.
        library("CMosquitto", pkgConfig: "libmosquitto", apt: "libmosquitto-dev"),  // Intake
        library("CSQLite", pkgConfig: "sqlite3", apt: "libsqlite3-dev"),  // Journal
        library("CWebSockets", pkgConfig: "libwebsockets", apt: "libwebsockets-dev"),  // Server
        library("CCurl", pkgConfig: "libcurl", apt: "libcurl4-openssl-dev"),  // Courier
        library("COpenSSL", pkgConfig: "openssl", apt: "libssl-dev"),  // Crypto
        library("CJose", pkgConfig: "cjose", apt: "libcjose-dev"),  // Crypto
        library("CYAML", pkgConfig: "yaml-0.1", apt: "libyaml-dev"),  // YAML
        library("CSimdJSONLibrary", pkgConfig: "simdjson", apt: "libsimdjson-dev"),
        .target(name: "CSimdJSON", dependencies: ["CSimdJSONLibrary"]),  // JSONText
        .target(name: "CLinux"),  // System

        // The pure rooms: no C library, no Foundation, no clock, no lock.
        room("Wire"),
        room("ColdChain"),
        room("Fabric", ["ColdChain", "Wire"]),
        room("Bridge", ["ColdChain", "Fabric", "Wire"]),

        // Where bytes come in, and where they rest.
        room("System", ["CLinux"]),
        room("YAML", ["CYAML"]),
        room("Configuration", ["YAML"]),
        room("Crypto", ["COpenSSL", "CJose"]),
        room("Intake", ["CMosquitto", "COpenSSL"]),
        room("JSONText", ["Wire", "CSimdJSON"]),
        room("DeviceCodecs", ["ColdChain", "JSONText", "Wire", "YAML"]),
        room("Journal", ["ColdChain", "Bridge", "CSQLite"]),
        room("Server", ["CWebSockets"]),
        room("Courier", ["CCurl"]),

        // The threads that join them, and the command line.
        room(
            "Host",
            [
                "Bridge", "ColdChain", "Configuration", "Courier", "Crypto", "DeviceCodecs",
                "Fabric",
                "Intake", "JSONText", "Journal", "Server", "System", "Wire", "YAML",
            ]),
        .executableTarget(
            name: "freshwire",
            dependencies: ["Configuration", "Host", "System"],
            swiftSettings: rules),

        tests("WireTests", ["Wire"]),
        tests("ColdChainTests", ["ColdChain"]),
        // Real brokers, certificates and programs for the tests.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: rules),
        tests("IntakeTests", ["Intake", "TestSupport", "AcknowledgementProbe"]),
        .target(name: "ExitInsideCallback", path: "Tests/Probes/ExitInsideCallback"),
        .executableTarget(
            name: "AcknowledgementProbe", dependencies: ["ExitInsideCallback", "Intake"],
            path: "Tests/Probes/AcknowledgementProbe", swiftSettings: rules),
        tests("BridgeTests", ["Bridge", "ColdChain", "Fabric"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
