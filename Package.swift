// swift-tools-version: 6.2
import PackageDescription

/// What the compiler is told to check.
let checked: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
    .strictMemorySafety(),  // SE-0458
    .treatAllWarnings(as: .error),  // SE-0443
]

/// Whether scripts/fuzz builds: with the coverage that libFuzzer goes by, and with its driver.
let isFuzzing = Context.environment["WGPILOT_FUZZ"] != nil

/// One set of settings for every target of ours, so that no module is laxer than another.
let strict = checked + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])

let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

/// The arrows between the targets. ARCHITECTURE.md draws them and a test holds them; change all three together.
let package = Package(
    name: "wgpilot",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "wgpilotd", targets: ["WGPilotDaemon"]),
        .executable(name: "wgpilotctl", targets: ["WGPilotCtl"]),
        .executable(name: "wgpilot-gateway", targets: ["WGPilotGateway"]),
        // What Benchmarks/RPC measures.
        .library(name: "WGPilotProtocol", targets: ["WGPilotProtocol"]),
        .library(name: "WGPilotRPC", targets: ["WGPilotRPC"]),
        .library(name: "WGPilotQR", targets: ["WGPilotQR"]),
        .library(name: "WGPilotCore", targets: ["WGPilotCore"]),
        .library(name: "WGPilotNetlink", targets: ["WGPilotNetlink"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Leaves: C.
        .systemLibrary(name: "CMnl", pkgConfig: "libmnl", providers: [.apt(["libmnl-dev"])]),
        .systemLibrary(name: "CNftables", pkgConfig: "libnftables", providers: [.apt(["libnftables-dev"])]),
        .systemLibrary(name: "CQREncode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .target(name: "CLinuxShims"),
        .target(name: "CPNG", linkerSettings: [.linkedLibrary("png")]),
        .target(name: "CSecretMemory"),
        .target(name: "CSQLiteSession", linkerSettings: [.linkedLibrary("sqlite3")]),
        .target(name: "CTextSearch"),

        // Libraries.
        .target(name: "WGPilotCore", dependencies: [crypto], swiftSettings: strict),
        .target(name: "WGPilotProtocol", swiftSettings: strict),
        .target(
            name: "WGPilotRPC", dependencies: ["WGPilotProtocol", "CLinuxShims", nio, nioPosix, logging],
            swiftSettings: strict),
        .target(
            name: "WGPilotNetlink", dependencies: ["WGPilotCore", "CMnl", "CNftables", crypto], swiftSettings: strict),
        .target(
            name: "WGPilotStore",
            dependencies: [
                "WGPilotCore", "CArgon2", "CSQLiteSession", "CTextSearch", crypto,
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "WGPilotConfiguration", dependencies: ["WGPilotCore", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .target(name: "WGPilotQR", dependencies: ["CQREncode", "CPNG"], swiftSettings: strict),
        .target(name: "WGPilotJSON", dependencies: ["WGPilotProtocol"], swiftSettings: strict),

        // The three processes.
        .executableTarget(
            name: "WGPilotDaemon",
            dependencies: [
                "WGPilotCore", "WGPilotProtocol", "WGPilotRPC", "WGPilotNetlink", "WGPilotStore",
                "WGPilotConfiguration", "CLinuxShims", nioPosix, logging, lifecycle, signals, argumentParser,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "WGPilotCtl",
            dependencies: [
                "WGPilotCore", "WGPilotProtocol", "WGPilotRPC", "WGPilotJSON", "WGPilotQR", "CZip", argumentParser,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "WGPilotGateway",
            dependencies: [
                "WGPilotCore", "WGPilotProtocol", "WGPilotRPC", "WGPilotConfiguration", "WGPilotJSON", "WGPilotQR",
                "CLinuxShims", "CSecretMemory", nio, nioPosix, crypto, logging, argumentParser, lifecycle, signals,
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOCertificateReloading", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
            ],
            swiftSettings: strict),

        // Tests.
        .target(
            name: "FuzzEntries", dependencies: ["WGPilotProtocol", "WGPilotRPC", nio], path: "Tests/Fuzz/Entries",
            swiftSettings: strict),
        .target(
            name: "FuzzConnection",
            dependencies: ["FuzzEntries", "WGPilotProtocol", "WGPilotRPC", nioPosix, logging],
            path: "Tests/Fuzz/Connection", swiftSettings: strict),
        .target(
            name: "WGPilotTestSupport", dependencies: ["WGPilotCore", "WGPilotNetlink"], swiftSettings: strict),
        .testTarget(
            name: "WGPilotCoreTests", dependencies: ["WGPilotCore", "WGPilotTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WGPilotConfigurationTests", dependencies: ["WGPilotConfiguration", "WGPilotCore"],
            swiftSettings: strict),
        .testTarget(
            name: "WGPilotProtocolTests", dependencies: ["WGPilotProtocol", "WGPilotTestSupport", "FuzzEntries"],
            swiftSettings: strict),
        .testTarget(
            name: "WGPilotRPCTests",
            dependencies: [
                "WGPilotRPC", "WGPilotProtocol", "WGPilotTestSupport", "FuzzEntries", "FuzzConnection", nio, nioPosix,
                logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WGPilotNetlinkTests", dependencies: ["WGPilotNetlink", "WGPilotCore", "WGPilotTestSupport"],
            swiftSettings: strict),
        .testTarget(
            name: "WGPilotStoreTests",
            dependencies: [
                "WGPilotStore", "WGPilotCore", "WGPilotTestSupport", "CTextSearch",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .testTarget(name: "WGPilotQRTests", dependencies: ["WGPilotQR", "WGPilotTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "WGPilotDaemonTests",
            dependencies: [
                "WGPilotDaemon", "WGPilotConfiguration", "WGPilotCore", "WGPilotProtocol", "WGPilotRPC",
                "WGPilotStore", "WGPilotNetlink",
                "WGPilotTestSupport", nio, nioPosix, logging,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "WGPilotCtlTests",
            dependencies: ["WGPilotCtl", "WGPilotCore", "WGPilotJSON", "WGPilotProtocol", "WGPilotQR"],
            swiftSettings: strict),
        .testTarget(
            name: "WGPilotGatewayTests",
            dependencies: [
                "WGPilotGateway", "WGPilotConfiguration", "WGPilotCore", "WGPilotJSON", "WGPilotProtocol", "WGPilotRPC",
                nio, nioPosix, logging, .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            swiftSettings: strict),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    ]
)

if isFuzzing {
    package.targets.append(
        .executableTarget(
            name: "FuzzDriver", dependencies: ["FuzzEntries", "FuzzConnection"], path: "Tests/Fuzz/Driver",
            swiftSettings: strict))
}
