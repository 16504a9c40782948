// swift-tools-version: 6.2
import PackageDescription

/// The settings of the package that is measured, but for its checks of memory safety: the transports of gRPC have none.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .treatAllWarnings(as: .error),  // SE-0443
]

let rpc: Target.Dependency = .product(name: "WGPilotRPC", package: "wgpilot")
let messages: Target.Dependency = .product(name: "WGPilotProtocol", package: "wgpilot")

/// What `scripts/bench rpc` runs, the same echo three times over and the codec beside Foundation's JSON; and what
/// `scripts/bench peers`, `scripts/bench http` and `scripts/bench --kernel` do.
///
/// A package of its own, so that nobody who builds the programs fetches gRPC.
let package = Package(
    name: "rpc-benchmark",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "wgpilot", path: "../.."),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    ],
    targets: [
        .executableTarget(name: "EchoC", cSettings: [.define("_GNU_SOURCE")]),
        .target(name: "EchoWorkload", swiftSettings: strict),
        .executableTarget(
            name: "EchoGRPC",
            dependencies: [
                "EchoWorkload", .product(name: "GRPCCore", package: "grpc-swift-2"),
                .product(name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "EchoWGPilot",
            dependencies: [
                "EchoWorkload", rpc, messages, .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "BareHTTP",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(name: "CodecBenchmark", dependencies: [messages], swiftSettings: strict),
        .executableTarget(
            name: "QRBenchmark", dependencies: [.product(name: "WGPilotQR", package: "wgpilot")], swiftSettings: strict),
        .executableTarget(
            name: "DeviceBenchmark",
            dependencies: [
                .product(name: "WGPilotCore", package: "wgpilot"), .product(name: "WGPilotNetlink", package: "wgpilot"),
            ],
            swiftSettings: strict),
    ]
)
