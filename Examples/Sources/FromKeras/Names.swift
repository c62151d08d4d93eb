import Foundation
import Thaw

// The Thaw side of the tables in the article "From Keras to Thaw", for the compiler to read.

func layers() -> [Layer] {
    [
        Input(shape: [28, 28, 1]),
        Dense(300, activation: .relu, kernelInitializer: .heNormal),
        Dense(100, usesBias: false),
        Conv2D(32, kernelSize: 3, strides: 2, padding: .same),
        DepthwiseConv2D(kernelSize: 3, depthMultiplier: 2),
        SeparableConv2D(64, kernelSize: 3), Conv2DTranspose(64, kernelSize: 3, strides: 2),
        UpSampling2D(2, interpolation: .bilinear),
        Normalization(axes: [-1]), Normalization(mean: [0.5], variance: [4]),
        BatchNormalization(momentum: 0.9),
        LayerNormalization(axes: [-1]),
        GroupNormalization(groups: 8),
        Dropout(0.2), Dropout(0.2, noiseShape: [nil, 1, 1, 1]), AlphaDropout(0.2), SpatialDropout2D(0.2),
        GaussianDropout(0.2),
        GaussianNoise(standardDeviation: 0.1),
        RandomFlip(.horizontal), RandomRotation(0.1),
        RandomTranslation(height: 0.1, width: .between(0, 0.2)), RandomZoom(height: 0.2),
        RandomCrop(height: 24, width: 24), RandomBrightness(0.2), RandomContrast(0.2),
        RandomSaturation(.between(0.4, 0.6)), RandomErasing(),
        Activation(.relu), ReLU(maxValue: 6), LeakyReLU(negativeSlope: 0.2), PReLU(sharedAxes: [1, 2]),
        ELU(alpha: 1), ThresholdedReLU(theta: 1), Softmax(axis: -1),
        Flatten(), Reshape([28, 28, 1]),
        MaxPooling2D(poolSize: 2), AveragePooling2D(poolSize: 2), GlobalAveragePooling2D(),
        GlobalMaxPooling2D(keepsDimensions: true),
        Add(), Subtract(), Multiply(), Average(), Maximum(), Minimum(), Concatenate(axis: -1),
    ]
}

func adapt(_ layer: Normalization, to x: Tensor) throws { try layer.adapt(to: x) }

func mixed(_ train: Dataset) throws -> [Dataset] {
    [try train.mixedUp(alpha: 0.2, classes: 10), try train.cutMixed(classes: 10)]
}

func activations() -> [ActivationFunction] {
    [
        .relu, .relu6, .leakyRelu, .leakyRelu(slope: 0.3), .elu, .selu, .gelu, .gelu(approximate: true),
        .sigmoid,
        .hardSigmoid, .softmax, .logSoftmax, .softplus, .softsign, .swish, .silu, .mish, .tanh, .exponential,
        .linear,
    ]
}

func initializers() -> [Initializer] {
    [
        .glorotUniform, .glorotNormal, .heUniform, .heNormal, .lecunUniform, .lecunNormal, .zeros, .ones,
        .constant(0.5), .randomNormal(standardDeviation: 0.01), .randomUniform(minimum: -0.1, maximum: 0.1),
        .truncatedNormal(standardDeviation: 0.01), .orthogonal(gain: 1), .identity(gain: 1),
        .varianceScaling(scale: 2, mode: .fanAverage, distribution: .uniform),
    ]
}

func regularizers() -> [Regularizer] { [.l1(0.01), .l2(0.01), .l1L2(l1: 0.01, l2: 0.01), .orthogonal(0.01)] }

func constraints() -> [Constraint] { [.maxNorm(1), .minMaxNorm(minimum: 0.5), .nonNegative, .unitNorm()] }

func optimizers() -> [Optimizer] {
    [
        .sgd(learningRate: 0.01, momentum: 0.9, nesterov: true),
        .adam(), .adamW(weightDecay: 0.004), .adamax(), .nadam(), .adagrad(), .adadelta(),
        .rmsprop(rho: 0.9, centered: true),
        .sgd().clipped(.norm(1)), .sgd().clipped(.globalNorm(1)), .sgd().clipped(.value(0.5)),
        .adam().decaying(0.004, except: ["bias"]), .adam().averaging(momentum: 0.99),
        .adam().accumulatingGradients(over: 4),
        .sgd(learningRate: .exponentialDecay(from: 0.01, steps: 1000, rate: 0.1)),
        .sgd(learningRate: .inverseTimeDecay(from: 0.01, rate: 1e-4)),
        .sgd(learningRate: .piecewiseConstantDecay(boundaries: [1000, 5000], values: [0.01, 0.005, 0.001])),
        .sgd(learningRate: .polynomialDecay(from: 0.01, steps: 1000, to: 1e-4)),
        .sgd(learningRate: .cosineDecay(from: 0, steps: 900, warmupTarget: 0.01, warmupSteps: 100)),
        .sgd(learningRate: .oneCycle(maximum: 0.05, steps: 1000)),
    ]
}

func losses() -> [Loss] {
    [
        .sparseCategoricalCrossentropy, .categoricalCrossentropy(labelSmoothing: 0.1),
        .binaryCrossentropy(fromLogits: true), .binaryFocalCrossentropy(gamma: 2),
        .categoricalFocalCrossentropy,
        .meanSquaredError, .meanAbsoluteError, .meanAbsolutePercentageError, .meanSquaredLogarithmicError,
        .huber(delta: 1), .logCosh, .hinge, .squaredHinge, .categoricalHinge, .klDivergence, .poisson,
        .cosineSimilarity, .meanSquaredError.reduced(by: .sum),
    ]
}

func metrics() -> [Metric] {
    [
        .accuracy, .binaryAccuracy(threshold: 0.5), .categoricalAccuracy, .sparseCategoricalAccuracy,
        .topKCategoricalAccuracy(k: 5), .sparseTopKCategoricalAccuracy(k: 5), .precision(threshold: 0.5),
        .recall(classIndex: 1), .f1Score(average: .macro), .fBetaScore(beta: 2), .auc(curve: .pr),
        .exactAUC(),
        .meanSquaredError, .rootMeanSquaredError, .r2Score, .pearsonCorrelation, .spearmanCorrelation,
        .cosineSimilarity, .loss(.poisson),
    ]
}

func callbacks(folder: URL) -> [Callback] {
    [
        EarlyStopping(monitor: "val_loss", patience: 10, restoreBestWeights: true),
        ModelCheckpoint("best.keras", saveBestOnly: true),
        ModelCheckpoint("best.weights.h5", saveBestOnly: true),
        BackupAndRestore(at: folder, saveFrequency: .batches(100)),
        LearningRateScheduler { epoch in epoch < 10 ? 0.01 : 0.001 },
        LearningRateScheduler { epoch, rate in epoch < 10 ? rate : rate * 0.9 },
        ReduceLROnPlateau(factor: 0.5, patience: 5),
        TensorBoard("logs", histogramFrequency: 1), CSVLogger("log.csv"), TerminateOnNaN(),
        LambdaCallback(onEpochEnd: { epoch, logs in print(epoch, logs) }),
    ]
}

func calls(on model: Sequential, _ x: Tensor, _ y: Tensor, _ weights: Tensor, data: Dataset) throws {
    try model.compile(optimizer: .adam(), loss: .meanSquaredError, metrics: [.meanAbsoluteError])
    try model.fit(x, y, batchSize: 32, epochs: 10, validationSplit: 0.1)
    try model.fit(x, y, sampleWeights: weights, classWeights: [0: 1, 1: 5])
    try model.fit(data, epochs: 20, initialEpoch: 10, verbosity: .silent)
    try model.evaluate(x, y)
    try model.evaluate(x, y, mode: .training)
    let prediction = try model.predict(x)
    try model.trainOnBatch(x, y)
    let values = try model.testOnBatch(x, y)
    let direct = try model(x, mode: .training)
    let sampled = try model.predict(x, samples: 100)
    print(prediction, values, direct, sampled.deviation)

    let history = try model.fit(data)
    print(history["val_loss"], history.svg())
    model.optimizer?.learningRate = 1e-4
    model.stopTraining = true

    model.summary()
    print(model.svg(), model.dot(), model.parameterCount, model.trainableParameterCount)
    let copy = try model.clone()
    try copy.setWeights(model.weights)
    let top = try model.layer(named: "dense_1")
    let shorter = Sequential { model.layers.dropLast() }
    print(top, shorter)

    model.freeze()
    model.unfreeze()
    top.isTrainable = false
    try model.unfreeze(from: "dense_1", keepingBatchNormalizationFrozen: true)
    print(history.frozen?.isUnchanged ?? true, model.frozenDigest)
}
