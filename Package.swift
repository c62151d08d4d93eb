// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "Thaw",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Thaw", targets: ["Thaw"]),
        .library(name: "ThawVision", targets: ["ThawVision"]),
        .library(name: "ThawTensor", targets: ["ThawTensor"]),
        .library(name: "ThawGraph", targets: ["ThawGraph"]),
        .library(name: "ThawEngine", targets: ["ThawEngine"]),
        .library(name: "ThawFormats", targets: ["ThawFormats"]),
        .executable(name: "thaw", targets: ["ThawCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // The command-line tool.
        .executableTarget(
            name: "ThawCommand",
            dependencies: [
                "Thaw", "ThawFormats", "ThawVision",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict),

        // The house, from the roof to the ground.
        .target(
            name: "ThawVision", dependencies: ["Thaw", "ThawFormats", "ThawTensor", "CImages"],
            swiftSettings: strict),
        .target(
            name: "Thaw", dependencies: ["ThawEngine", "ThawGraph", "ThawTensor", "ThawFormats"],
            swiftSettings: strict),
        .target(
            name: "ThawFormats", dependencies: ["ThawTensor", "CHDF5", "CLibzip", "CZlib"],
            swiftSettings: strict),
        .target(
            name: "ThawEngine", dependencies: ["ThawGraph", "ThawTensor", "COneDNN", "CKernels"],
            swiftSettings: strict),
        .target(name: "ThawGraph", dependencies: ["ThawTensor"], swiftSettings: strict),
        .target(
            name: "ThawTensor",
            dependencies: [.target(name: "COpenSSL", condition: .when(platforms: [.linux]))],
            swiftSettings: strict),

        // C: our kernels, the shims over oneDNN, libhdf5, libjpeg and libpng, and system libraries.
        .target(
            name: "CKernels",
            linkerSettings: [
                .linkedLibrary("gomp", .when(platforms: [.linux])), .linkedLibrary("m"),
            ]),
        .target(
            name: "COneDNN",
            linkerSettings: [.linkedLibrary("dnnl"), .linkedLibrary("gomp", .when(platforms: [.linux]))]),
        .target(name: "CHDF5", dependencies: ["CHDF5Library"]),
        .systemLibrary(
            name: "CHDF5Library", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]),
        .target(name: "CImages", dependencies: ["CJPEG", "CPNG"], linkerSettings: [.linkedLibrary("m")]),
        .systemLibrary(
            name: "CJPEG", pkgConfig: "libjpeg",
            providers: [.apt(["libjpeg62-turbo-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(
            name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(
            name: "CLibzip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"]), .brew(["libzip"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),

        // Tests; each mirrors the sources path for path.
        .target(
            name: "ThawTestSupport", dependencies: ["ThawEngine", "ThawGraph", "ThawTensor"],
            path: "Tests/ThawTestSupport", swiftSettings: strict),
        // Damaged files of every format: the tests read some, and scripts/fuzz many.
        .target(
            name: "ThawFuzzing", dependencies: ["Thaw", "ThawFormats", "ThawTensor", "ThawVision", "CZlib"],
            path: "Tests/ThawFuzzing", swiftSettings: strict),
        .target(name: "CMemoryMeter", path: "Tests/CMemoryMeter"),
        .executableTarget(
            name: "thaw-fuzz",
            dependencies: [
                "ThawFuzzing", "CMemoryMeter",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Tests/ThawFuzz", swiftSettings: strict),
        .testTarget(
            name: "ThawFuzzingTests", dependencies: ["ThawFuzzing", "ThawFormats", "ThawTensor"],
            swiftSettings: strict),

        .testTarget(name: "ThawTensorTests", dependencies: ["ThawTensor"], swiftSettings: strict),
        .testTarget(name: "CKernelsTests", dependencies: ["CKernels", "ThawTensor"], swiftSettings: strict),
        .testTarget(
            name: "ThawGraphTests", dependencies: ["ThawGraph", "ThawTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ThawEngineTests", dependencies: ["ThawEngine", "ThawTestSupport"], swiftSettings: strict),
        .testTarget(
            name: "ThawFormatsTests", dependencies: ["ThawFormats", "ThawFuzzing", "ThawTestSupport"],
            exclude: ["Fixtures"],
            swiftSettings: strict),
        .testTarget(
            name: "ThawTests", dependencies: ["Thaw", "ThawTestSupport"],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "ThawVisionTests",
            dependencies: ["ThawVision", "Thaw", "ThawFormats", "ThawFuzzing", "ThawTensor"],
            exclude: ["Fixtures"], swiftSettings: strict),
        .testTarget(
            name: "ThawCommandTests",
            dependencies: [
                "ThawCommand", "Thaw", "ThawVision",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),
    ]
)
