public import ThawFormats

/// A layer that can be written into Keras's files and made from them.
///
/// A layer of your own becomes one in an extension; give its type to `Model.load`:
///
/// ```swift
/// extension Scale: KerasLayer {
///     static var kerasClassName: String { "Scale" }
///     static func make(from configuration: KerasConfiguration) throws -> Layer { Scale(by: try configuration.number("factor")) }
///     func kerasArguments() throws -> [String: JSONValue] { ["factor": .number(factor)] }
/// }
/// let model = try Model.load(from: url, customLayers: [Scale.self])
/// ```
public protocol KerasLayer: Layer {
    /// Keras's name of the class.
    static var kerasClassName: String { get }

    /// Makes the layer, not built. Its name and whether it is trainable are set by the caller.
    ///
    /// - Throws: `SavedModelError` for arguments whose meaning the layer lacks, best through the accessors of `configuration`.
    static func make(from configuration: KerasConfiguration) throws -> Layer

    /// The arguments that make an equal layer, by Keras's names; without `name`, `trainable` and `dtype`.
    ///
    /// - Throws: `SavedModelError.notInKeras` if Keras has no arguments that mean the same.
    func kerasArguments() throws -> [String: JSONValue]

    /// The layer that is written in this one's place: itself, unless Keras 3 lacks the class and has another that does
    /// the same.
    var writtenForKeras: any KerasLayer { get }
}

extension KerasLayer {
    /// The layer itself.
    public var writtenForKeras: any KerasLayer { self }
}

/// Keras's classes that Thaw has.
enum KerasLayers {
    static let types: [any KerasLayer.Type] = [
        Dense.self, Conv2D.self, DepthwiseConv2D.self, BatchNormalization.self, LayerNormalization.self,
        GroupNormalization.self, Flatten.self, Reshape.self, Activation.self, ReLU.self, LeakyReLU.self,
        PReLU.self,
        ELU.self, ThresholdedReLU.self, Softmax.self, MaxPooling2D.self, AveragePooling2D.self,
        GlobalMaxPooling2D.self, GlobalAveragePooling2D.self, Dropout.self, AlphaDropout.self,
        GaussianDropout.self,
        GaussianNoise.self, SpatialDropout2D.self, Add.self, Subtract.self, Multiply.self, Average.self,
        Maximum.self, Minimum.self, Concatenate.self, ZeroPadding2D.self, Cropping2D.self, Rescaling.self,
        SeparableConv2D.self, Conv2DTranspose.self, UpSampling2D.self, Normalization.self,
        RandomFlip.self, RandomTranslation.self, RandomRotation.self, RandomZoom.self, RandomCrop.self,
        RandomBrightness.self, RandomContrast.self, RandomSaturation.self, RandomErasing.self,
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: types.map { ($0.kerasClassName, $0) })

    /// The type for a class of Keras; the user's own come first.
    static func type(named className: String, custom: [any KerasLayer.Type]) -> (any KerasLayer.Type)? {
        custom.first { $0.kerasClassName == className } ?? byName[className]
    }

    static func isOwn(_ layer: any KerasLayer) -> Bool {
        types.contains { $0 == Swift.type(of: layer) }
    }
}
