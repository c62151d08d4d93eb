import Thaw

extension LayerContractTests {
    static let cases: [Case] =
        weighted + normalizing + activating + random + augmenting + shaping + pooling + merging

    private static let merging =
        [("Add", 3), ("Subtract", 2), ("Multiply", 3), ("Average", 3), ("Maximum", 2), ("Minimum", 2)].map {
            name, inputs in
            Case(
                name: name, inputShape: [2, 3], outputShape: [2, 3], parameters: [:], inputCount: inputs,
                make: { mergers[name]?() ?? Add() })
        } + [
            Case(
                name: "Concatenate", inputShape: [2, 3, 2], outputShape: [2, 3, 4], parameters: [:],
                inputCount: 2
            ) { Concatenate() },
            Case(
                name: "Concatenate, other axis", inputShape: [2, 3, 2], outputShape: [2, 9, 2],
                parameters: [:],
                inputCount: 3
            ) { Concatenate(axis: 1) },
        ]

    private static let mergers: [String: @Sendable () -> Layer] = [
        "Add": { Add() }, "Subtract": { Subtract() }, "Multiply": { Multiply() }, "Average": { Average() },
        "Maximum": { Maximum() }, "Minimum": { Minimum() },
    ]

    private static let weighted = [
        Case(
            name: "Dense", inputShape: [2, 4], outputShape: [2, 3],
            parameters: ["kernel": [4, 3], "bias": [3]]
        ) { Dense(3, activation: .tanh) },
        Case(
            name: "Dense, rank 3", inputShape: [2, 3, 4], outputShape: [2, 3, 5],
            parameters: ["kernel": [4, 5]]
        ) { Dense(5, usesBias: false) },
        Case(
            name: "Conv2D", inputShape: [2, 5, 6, 4], outputShape: [2, 3, 3, 6],
            parameters: ["kernel": [3, 2, 2, 6], "bias": [6]]
        ) {
            Conv2D(6, kernelSize: Size2D(height: 3, width: 2), strides: 2, padding: .same, groups: 2)
        },
        Case(
            name: "DepthwiseConv2D", inputShape: [2, 4, 4, 3], outputShape: [2, 2, 2, 6],
            parameters: ["kernel": [3, 3, 3, 2], "bias": [6]]
        ) { DepthwiseConv2D(kernelSize: 3, depthMultiplier: 2) },
        Case(
            name: "SeparableConv2D", inputShape: [2, 4, 5, 3], outputShape: [2, 2, 3, 4],
            parameters: ["depthwise_kernel": [3, 3, 3, 2], "pointwise_kernel": [1, 1, 6, 4], "bias": [4]]
        ) { SeparableConv2D(4, kernelSize: 3, strides: 2, padding: .same, depthMultiplier: 2) },
        Case(
            name: "Conv2DTranspose", inputShape: [2, 3, 2, 4], outputShape: [2, 7, 4, 3],
            parameters: ["kernel": [3, 2, 3, 4], "bias": [3]]
        ) { Conv2DTranspose(3, kernelSize: Size2D(height: 3, width: 2), strides: 2, activation: .tanh) },
        Case(
            name: "Conv2DTranspose, same", inputShape: [2, 3, 2, 2], outputShape: [2, 6, 6, 3],
            parameters: ["kernel": [4, 4, 3, 2]]
        ) {
            Conv2DTranspose(
                3, kernelSize: 4, strides: Size2D(height: 2, width: 3), padding: .same, usesBias: false)
        },
    ]

    private static let normalizing = [
        Case(
            name: "BatchNormalization", inputShape: [3, 2, 2, 4], outputShape: [3, 2, 2, 4],
            parameters: ["gamma": [4], "beta": [4], "moving_mean": [4], "moving_variance": [4]],
            statistics: ["moving_mean", "moving_variance"]
        ) { BatchNormalization() },
        Case(
            name: "Normalization", inputShape: [3, 2, 4], outputShape: [3, 2, 4],
            parameters: ["mean": [4], "variance": [4], "count": []],
            statistics: ["mean", "variance", "count"],
            settled: ["mean", "variance", "count"]
        ) { Normalization() },
        Case(
            name: "Normalization, given", inputShape: [3, 2, 4], outputShape: [3, 2, 4], parameters: [:]
        ) { Normalization(mean: [1, 2], variance: [0.5, 4], axes: [1], inverts: true) },
        Case(
            name: "LayerNormalization", inputShape: [3, 5], outputShape: [3, 5],
            parameters: ["gamma": [5], "beta": [5]]
        ) { LayerNormalization() },
        Case(
            name: "LayerNormalization, several axes", inputShape: [2, 3, 2, 4], outputShape: [2, 3, 2, 4],
            parameters: ["gamma": [3, 4], "beta": [3, 4]]
        ) { LayerNormalization(axes: [-1, 1]) },
        Case(
            name: "LayerNormalization, no beta", inputShape: [2, 3, 4], outputShape: [2, 3, 4],
            parameters: ["gamma": [3]]
        ) { LayerNormalization(axes: [1], center: false) },
        Case(
            name: "GroupNormalization", inputShape: [2, 2, 3, 6], outputShape: [2, 2, 3, 6],
            parameters: ["gamma": [6], "beta": [6]]
        ) { GroupNormalization(groups: 3) },
        Case(
            name: "GroupNormalization, instances", inputShape: [2, 5, 3], outputShape: [2, 5, 3],
            parameters: ["beta": [3]]
        ) { GroupNormalization(groups: -1, scale: false) },
    ]

    private static let activating = [
        Case(name: "Activation", inputShape: [2, 3], outputShape: [2, 3], parameters: [:]) {
            Activation(.swish)
        },
        Case(name: "ReLU", inputShape: [2, 8], outputShape: [2, 8], parameters: [:]) {
            ReLU(maxValue: 0.5, negativeSlope: 0.25, threshold: 0.3)
        },
        Case(name: "LeakyReLU", inputShape: [2, 3], outputShape: [2, 3], parameters: [:]) { LeakyReLU() },
        Case(name: "ELU", inputShape: [2, 3], outputShape: [2, 3], parameters: [:]) { ELU(alpha: 0.5) },
        Case(name: "ThresholdedReLU", inputShape: [2, 8], outputShape: [2, 8], parameters: [:]) {
            ThresholdedReLU(theta: 0.4)
        },
        Case(name: "PReLU", inputShape: [2, 3, 4], outputShape: [2, 3, 4], parameters: ["alpha": [1, 4]]) {
            PReLU(sharedAxes: [1])
        },
        Case(name: "Softmax", inputShape: [2, 3, 4], outputShape: [2, 3, 4], parameters: [:]) { Softmax() },
        Case(name: "Softmax, axis 1", inputShape: [2, 3, 4], outputShape: [2, 3, 4], parameters: [:]) {
            Softmax(axis: 1)
        },
    ]

    private static let random = [
        Case(name: "Dropout", inputShape: [2, 3], outputShape: [2, 3], parameters: [:]) { Dropout(0.5) },
        Case(name: "Dropout, whole samples", inputShape: [2, 3, 2], outputShape: [2, 3, 2], parameters: [:]) {
            Dropout(0.5, noiseShape: [nil, 1, nil])
        },
        Case(name: "AlphaDropout", inputShape: [2, 3], outputShape: [2, 3], parameters: [:]) {
            AlphaDropout(0.5)
        },
        Case(name: "GaussianNoise", inputShape: [2, 3], outputShape: [2, 3], parameters: [:]) {
            GaussianNoise(standardDeviation: 0.5, seed: 4)
        },
        Case(name: "GaussianDropout", inputShape: [2, 3], outputShape: [2, 3], parameters: [:]) {
            GaussianDropout(0.5)
        },
        Case(name: "SpatialDropout2D", inputShape: [2, 3, 2, 4], outputShape: [2, 3, 2, 4], parameters: [:]) {
            SpatialDropout2D(0.5)
        },
    ]

    private static func pictures(_ name: String, _ make: @escaping @Sendable () -> Layer) -> Case {
        Case(name: name, inputShape: [2, 4, 3, 3], outputShape: [2, 4, 3, 3], parameters: [:], make: make)
    }

    private static let augmenting: [Case] = [
        pictures("RandomFlip") { RandomFlip() },
        pictures("RandomTranslation") { RandomTranslation(height: 0.3, width: .between(0, 0.5)) },
        pictures("RandomRotation") { RandomRotation(0.4, fill: .constant(0.5), seed: 3) },
        pictures("RandomZoom") { RandomZoom(height: .between(-0.4, 0.2), fill: .wrap) },
        pictures("RandomBrightness") { RandomBrightness(0.3, valueRange: -4...4) },
        pictures("RandomContrast") { RandomContrast(.between(0.1, 0.5), valueRange: -4...4) },
        pictures("RandomSaturation") { RandomSaturation(0.9, valueRange: -4...4) },
        pictures("RandomErasing") { RandomErasing(fillValue: [0.5], valueRange: -4...4) },
        Case(name: "RandomCrop", inputShape: [2, 5, 6, 2], outputShape: [2, 3, 3, 2], parameters: [:]) {
            RandomCrop(height: 3, width: 3)
        },
        Case(
            name: "RandomCrop, padding", inputShape: [2, 3, 4, 2], outputShape: [2, 3, 4, 2], parameters: [:]
        ) { RandomCrop(height: 3, width: 4, padding: 2) },
    ]

    private static let shaping = [
        Case(name: "Input", inputShape: [2, 3, 4], outputShape: [2, 3, 4], parameters: [:]) {
            Input(shape: [3, 4])
        },
        Case(name: "Flatten", inputShape: [2, 3, 4], outputShape: [2, 12], parameters: [:]) { Flatten() },
        Case(name: "Reshape", inputShape: [2, 12], outputShape: [2, 3, 4], parameters: [:]) {
            Reshape([3, -1])
        },
        Case(name: "ZeroPadding2D", inputShape: [2, 3, 4, 2], outputShape: [2, 4, 7, 2], parameters: [:]) {
            ZeroPadding2D(Margins2D(top: 1, bottom: 0, left: 1, right: 2))
        },
        Case(name: "UpSampling2D", inputShape: [2, 3, 2, 2], outputShape: [2, 6, 6, 2], parameters: [:]) {
            UpSampling2D(Size2D(height: 2, width: 3))
        },
        Case(
            name: "UpSampling2D, bilinear", inputShape: [2, 3, 1, 2], outputShape: [2, 9, 2, 2],
            parameters: [:]
        ) { UpSampling2D(Size2D(height: 3, width: 2), interpolation: .bilinear) },
        Case(name: "Cropping2D", inputShape: [2, 5, 6, 2], outputShape: [2, 4, 3, 2], parameters: [:]) {
            Cropping2D(Margins2D(top: 1, bottom: 0, left: 1, right: 2))
        },
        Case(name: "Rescaling", inputShape: [2, 3, 2], outputShape: [2, 3, 2], parameters: [:]) {
            Rescaling(scales: [0.5, 2], offsets: [-1])
        },
    ]

    private static let pooling = [
        Case(name: "MaxPooling2D", inputShape: [1, 4, 5, 2], outputShape: [1, 2, 2, 2], parameters: [:]) {
            MaxPooling2D()
        },
        Case(name: "AveragePooling2D", inputShape: [1, 4, 5, 2], outputShape: [1, 2, 3, 2], parameters: [:]) {
            AveragePooling2D(padding: .same)
        },
        Case(
            name: "GlobalAveragePooling2D", inputShape: [2, 3, 4, 5], outputShape: [2, 1, 1, 5],
            parameters: [:]
        ) { GlobalAveragePooling2D(keepsDimensions: true) },
        Case(name: "GlobalMaxPooling2D", inputShape: [2, 3, 4, 5], outputShape: [2, 5], parameters: [:]) {
            GlobalMaxPooling2D()
        },
    ]
}
