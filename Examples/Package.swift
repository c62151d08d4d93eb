// swift-tools-version: 6.2
import PackageDescription

// The README's code as programs. A package of one's own depends on Thaw in the same way, with a path or a URL.
let examples = [
    "FashionMNISTClassifier",
    "FreezeAndTransfer",
    "FrozenNormalization",
    "FunctionalModel",
    "Serving",
    "CustomLayerAndLoss",
    "OwnOptimizer",
    "OwnCallback",
    "OwnLoss",
    "OwnMetric",
    "OwnTrainingStep",
    "FromKeras",
    "SchedulesAndFinder",
    "Reproducibility",
    "StoppingAndGoingOn",
    "PretrainedNetwork",
    "TwoQuestions",
    "Doctor",
]

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "Thaw", path: "..")],
    targets: examples.map { name in
        .executableTarget(
            name: name,
            dependencies: [
                .product(name: "Thaw", package: "Thaw"), .product(name: "ThawVision", package: "Thaw"),
            ],
            swiftSettings: [.swiftLanguageMode(.v6)])
    }
)
