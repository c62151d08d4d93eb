public import ThawTensor

/// What a network's weights expect of pixels: `(pixel / divisor - mean) / deviation`, channel by channel.
///
/// Weights mean something only on images that were prepared as those they were trained on. So a pretrained network carries its
/// preprocessing (``Model/preprocessing``), also into saved files, and `fit`, `evaluate` and `predict` refuse images that have
/// plainly been preprocessed twice or not at all.
///
/// ```swift
/// let ready = try photos.train.preprocessed(for: model)
/// let image = try Preprocessing.torch(ImageFile.read(url))
/// ```
///
/// | name | Keras's mode | 0 to 255 becomes |
/// |---|---|---|
/// | ``tensorFlow`` | `tf` | -1 to 1 |
/// | ``caffe`` | `caffe` | -123.68 to 151.061, blue first |
/// | ``torch`` | `torch` | -2.118 to 2.64 |
/// | ``rawPixels`` | none | 0 to 255: the network begins with its own scaling |
public struct Preprocessing: Sendable, Hashable {
    /// In which order a network takes the channels of an image that is red, green, blue.
    public enum ChannelOrder: String, Sendable, Hashable, CaseIterable {
        /// As they are.
        case rgb
        /// Blue, green, red.
        case bgr
    }

    /// What pixels are divided by, above 0.
    public let divisor: Double
    /// What is subtracted afterwards: one number, or one for each channel in the network's order.
    public let means: [Double]
    /// What is divided by afterwards, above 0: one number, or one for each channel in the network's order.
    public let deviations: [Double]
    /// The order of channels that the network takes.
    public let channelOrder: ChannelOrder

    /// A preprocessing of one's own.
    ///
    /// - Parameters:
    ///   - divisor: what pixels are divided by, above 0.
    ///   - means: what is subtracted afterwards: one number, or one for each channel in the network's order.
    ///   - deviations: what is divided by afterwards, above 0, as `means`.
    ///   - channelOrder: the order of channels that the network takes.
    /// - Throws: `TrainingError.invalidArgument` for numbers out of range, or lists that do not go together.
    public init(
        divisor: Double, means: [Double] = [0], deviations: [Double] = [1], channelOrder: ChannelOrder = .rgb
    ) throws {
        let counts = Set([means.count, deviations.count]).subtracting([1])
        guard divisor > 0, divisor.isFinite, means.allSatisfy(\.isFinite),
            deviations.allSatisfy({ $0 > 0 && $0.isFinite }), counts.count <= 1, !counts.contains(0)
        else {
            throw TrainingError.invalidArgument(
                "Preprocessing: needs a divisor and deviations above 0, and one mean and deviation for all channels or one for "
                    + "each, got the divisor \(divisor), the means \(means) and the deviations \(deviations)."
            )
        }
        self.init(known: divisor, means, deviations, channelOrder)
    }

    private init(
        known divisor: Double, _ means: [Double], _ deviations: [Double], _ channelOrder: ChannelOrder = .rgb
    ) {
        self.divisor = divisor
        self.means = means
        self.deviations = deviations
        self.channelOrder = channelOrder
    }

    /// `pixel / 127.5 - 1`.
    public static let tensorFlow = Preprocessing(known: 127.5, [1], [1])

    /// The mean colour of ImageNet is subtracted, channels are blue, green, red, and nothing is scaled.
    public static let caffe = Preprocessing(known: 1, [103.939, 116.779, 123.68], [1], .bgr)

    /// `(pixel / 255 - mean) / deviation` with the means and deviations of ImageNet's channels.
    public static let torch = Preprocessing(known: 255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])

    /// Nothing but the order of channels.
    static let blueFirst = Preprocessing(known: 1, [0], [1], .bgr)

    /// Pixels from 0 to 255 as they are.
    public static let rawPixels = Preprocessing(known: 1, [0], [1])

    /// Images as the network takes them.
    ///
    /// ## Shapes
    /// `[..., height, width, channels]` of 0 to 255 in any element type, to the same in float32.
    ///
    /// - Throws: `TrainingError.invalidArgument` for another number of channels than there are means, or for other than three
    ///   where the order of channels changes.
    public func callAsFunction(_ images: Tensor) throws -> Tensor {
        let channels = images.shape.last ?? 0
        let expected = channelOrder == .bgr ? 3 : max(means.count, deviations.count)
        guard images.rank >= 3, expected == 1 || channels == expected else {
            throw TrainingError.invalidArgument(
                "preprocessing \(self) is for images [..., height, width, \(expected == 1 ? "channels" : "\(expected)")], got "
                    + "\(images.shape).")
        }
        let (means, deviations) = (floats(means, channels), floats(deviations, channels))
        let sources = channelOrder == .bgr ? [2, 1, 0] : Array(0..<channels)
        let divisor = Float(divisor)
        return Tensor(shape: images.shape, dtype: .float32) { buffer in
            let results = buffer.bindMemory(to: Float.self)
            images.cast(to: .float32).withUnsafeBufferPointer(as: Float.self) { pixels in
                for start in stride(from: 0, to: pixels.count, by: max(1, channels)) {
                    for channel in 0..<channels {
                        results[start + channel] =
                            (pixels[start + sources[channel]] / divisor - means[channel])
                            / deviations[channel]
                    }
                }
            }
        }
    }

    private func floats(_ values: [Double], _ channels: Int) -> [Float] {
        values.count == 1
            ? Array(repeating: Float(values[0]), count: channels) : values.map { Float($0) }
    }
}

extension Preprocessing: CustomStringConvertible {
    /// The formula, for example `pixel / 127.5 - 1`.
    public var description: String {
        func text(_ values: [Double]) -> String {
            values.count == 1 ? short(values[0]) : "[\(values.map(short).joined(separator: ", "))]"
        }
        func short(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
        var result = divisor == 1 ? "pixel" : "pixel / \(short(divisor))"
        if means != [0] { result += " - \(text(means))" }
        if deviations != [1] { result = "(\(result)) / \(text(deviations))" }
        return channelOrder == .bgr ? "\(result), blue first" : result
    }
}

extension Preprocessing {
    /// What images from 0 to 255 become: the least and the greatest value of any channel.
    var range: ClosedRange<Double> { bounds { _ in 0...255 } }

    /// What images become that are preprocessed twice.
    var rangeOfTwice: ClosedRange<Double> { bounds { bounds(ofChannel: $0) { _ in 0...255 } } }

    private func bounds(of input: (_ channel: Int) -> ClosedRange<Double>) -> ClosedRange<Double> {
        let count = channelOrder == .bgr ? 3 : max(means.count, deviations.count)
        let all = (0..<count).map { bounds(ofChannel: $0, of: input) }
        return (all.map(\.lowerBound).min() ?? 0)...(all.map(\.upperBound).max() ?? 0)
    }

    private func bounds(
        ofChannel channel: Int, of input: (_ channel: Int) -> ClosedRange<Double>
    ) -> ClosedRange<Double> {
        let source = input(channelOrder == .bgr ? 2 - channel : channel)
        let mean = means[means.count == 1 ? 0 : channel]
        let deviation = deviations[deviations.count == 1 ? 0 : channel]
        func value(_ pixel: Double) -> Double { (pixel / divisor - mean) / deviation }
        return value(source.lowerBound)...value(source.upperBound)
    }
}
