import Foundation
import Thaw

/// A task that a small network learns within seconds, made of random numbers: what tells the classes apart follows from the
/// seed, and a domain says how the samples look.
struct TrialTask {
    /// What is to be learned.
    enum Kind: Equatable {
        /// To tell groups of vectors apart.
        case groupsOfVectors(Int)
        /// To tell kinds of images apart.
        case kindsOfImages(Int)
        /// A number for each vector.
        case numbers
    }

    static let features = 20
    static let side = 12
    static let imageShape = [side, side, 3]

    let kind: Kind
    private let seed: UInt64

    init(_ kind: Kind, seed: UInt64) {
        self.kind = kind
        self.seed = seed
    }

    /// Whether samples are images, with values from 0 to 1.
    var isOfImages: Bool { if case .kindsOfImages = kind { true } else { false } }

    /// Labelled samples of a domain, as numbers in their natural units.
    ///
    /// - Parameter part: samples of another number are other ones.
    func samples(_ count: Int, part: UInt64, domain: TrialDomain = .source) -> (x: Tensor, y: Tensor) {
        var stream = RandomStream(seed: seed).derived("samples").derived(part)
        switch kind {
        case .groupsOfVectors(let classes):
            let labels = (0..<count).map { _ in stream.int(in: 0..<classes) }
            let x = vectors(labels, &stream)
            return (domain.applied(toVectors: x), Tensor(labels.map { Int32($0) }))
        case .numbers:
            let x = vectors((0..<count).map { _ in 0 }, &stream)
            return (domain.applied(toVectors: x), targets(x))
        case .kindsOfImages(let classes):
            let labels = (0..<count).map { _ in stream.int(in: 0..<classes) }
            return (domain.applied(toImages: images(labels, &stream)), Tensor(labels.map { Int32($0) }))
        }
    }

    /// Correlated features of unequal means and spreads, shifted by the group.
    private func vectors(_ groups: [Int], _ stream: inout RandomStream) -> Tensor {
        var fixed = RandomStream(seed: seed).derived("vectors")
        let width = Self.features
        let mixing = fixed.normalTensor([width, width], standardDeviation: 0.25).floats
        let means = (0..<width).map { _ in fixed.normal() }
        let spreads = (0..<width).map { _ in 0.5 + 1.5 * fixed.uniform() }
        let centres = fixed.normalTensor([8, width], standardDeviation: 0.9).floats
        var values: [Float] = []
        values.reserveCapacity(groups.count * width)
        for group in groups {
            let noise = (0..<width).map { _ in stream.normal() }
            for place in 0..<width {
                var value = noise[place] + centres[group * width + place]
                for other in 0..<width { value += mixing[place * width + other] * noise[other] }
                values.append(means[place] + spreads[place] * value)
            }
        }
        return Tensor(shape: [groups.count, width], scalars: values)
    }

    /// A smooth function of the vectors, with a little noise.
    private func targets(_ x: Tensor) -> Tensor {
        var fixed = RandomStream(seed: seed).derived("targets")
        let width = Self.features
        let weights = fixed.normalTensor([2, width], standardDeviation: 0.3).floats
        let values = x.floats
        let rows = x.shape[0]
        let y = (0..<rows).map { row -> Float in
            var sums: (Float, Float) = (0, 0)
            for place in 0..<width {
                sums.0 += weights[place] * values[row * width + place]
                sums.1 += weights[width + place] * values[row * width + place]
            }
            return sums.0 + 2 * Foundation.tanh(sums.1) + 0.1 * fixed.normal()
        }
        return Tensor(shape: [rows, 1], scalars: y)
    }

    /// A smooth pattern for each kind, moved, under another light and with noise in each image.
    private func images(_ kinds: [Int], _ stream: inout RandomStream) -> Tensor {
        var fixed = RandomStream(seed: seed).derived("images")
        let (side, coarse) = (Self.side, 5)
        let patterns = (0..<8).map { _ in (0..<coarse * coarse * 3).map { _ in fixed.normal() } }
        var values: [Float] = []
        values.reserveCapacity(kinds.count * side * side * 3)
        for kind in kinds {
            let light = 0.5 + 0.12 * stream.normal()
            let contrast = 0.10 + 0.12 * stream.uniform()
            let moved = (Float(stream.int(in: 0..<3)), Float(stream.int(in: 0..<3)))
            for row in 0..<side {
                for column in 0..<side {
                    let y = (Float(row) + moved.0) / Float(side + 2) * Float(coarse - 1)
                    let x = (Float(column) + moved.1) / Float(side + 2) * Float(coarse - 1)
                    for channel in 0..<3 {
                        let pattern = Self.value(of: patterns[kind], coarse, y, x, channel)
                        values.append(min(1, max(0, light + contrast * pattern + 0.05 * stream.normal())))
                    }
                }
            }
        }
        return Tensor(shape: [kinds.count, side, side, 3], scalars: values)
    }

    /// The pattern between its coarse points.
    private static func value(
        of pattern: [Float], _ coarse: Int, _ y: Float, _ x: Float, _ channel: Int
    ) -> Float {
        let (row, column) = (min(Int(y), coarse - 2), min(Int(x), coarse - 2))
        let (down, right) = (y - Float(row), x - Float(column))
        func point(_ r: Int, _ c: Int) -> Float { pattern[((row + r) * coarse + column + c) * 3 + channel] }
        return (point(0, 0) * (1 - right) + point(0, 1) * right) * (1 - down)
            + (point(1, 0) * (1 - right) + point(1, 1) * right) * down
    }
}
