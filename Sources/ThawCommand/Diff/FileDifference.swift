import Foundation
import Thaw

/// What distinguishes the parameters in two files.
struct FileDifference: Codable, Equatable {
    /// A parameter that both have.
    struct Parameter: Codable, Equatable {
        let name: String
        let shape: [Int]
        /// The type in each file.
        let dtypes: [String]
        let count: Int
        let isEqual: Bool
        let differing: Int
        let largestDifference: Double
        /// The largest difference divided by the largest magnitude in A.
        let relativeDifference: Double
        /// In which of the files, if both hold models, its layer is frozen: `A`, `B`.
        let frozenIn: [String]

        /// Whether a frozen layer's parameter is not what it was.
        var isFrozenAndMoved: Bool { !isEqual && !frozenIn.isEmpty }
    }

    /// A parameter that has another shape in each file.
    struct OtherShape: Codable, Equatable {
        let name: String
        let shapes: [[Int]]
    }

    let a: String
    let b: String
    let tolerance: Double?
    private(set) var parameters: [Parameter] = []
    private(set) var otherShapes: [OtherShape] = []
    private(set) var onlyInA: [String] = []
    private(set) var onlyInB: [String] = []
    private(set) var isEqual = true

    /// Compares parameters by their names, or by their paths in the files where they are called otherwise. An optimizer's
    /// state is left aside, and numbered arrays of Keras 3 get the names that the other file has for them.
    ///
    /// - Throws: `ToolError` if no name occurs in both.
    init(_ first: TensorFile, _ second: TensorFile, tolerance: Double? = nil) throws {
        try first.requireTensors()
        try second.requireTensors()
        (a, b, self.tolerance) = (first.file, second.file, tolerance)
        let others = VariableNames.named(second.entries, after: first.entries).filter(\.isParameter)
        let own = VariableNames.named(first.entries, after: second.entries).filter(\.isParameter)
        var places: [String: Int] = [:]
        for (place, entry) in others.enumerated() { places[Self.key(entry.path)] = place }
        for (place, entry) in others.enumerated() { places[Self.key(entry.name)] = place }
        var found: Set<Int> = []
        for entry in own {
            guard let place = places[Self.key(entry.name)] ?? places[Self.key(entry.path)],
                found.insert(place).inserted
            else {
                onlyInA.append(entry.name)
                continue
            }
            let frozenIn = Self.filesWhereFrozen(entry, others[place], first, second)
            try compare(entry, others[place], frozenIn: frozenIn)
        }
        onlyInB = others.indices.filter { !found.contains($0) }.map { others[$0].name }
        let isNothingCommon = parameters.isEmpty && otherShapes.isEmpty
        guard !isNothingCommon || onlyInA.isEmpty && onlyInB.isEmpty else {
            throw ToolError(
                "no parameter has the same name in both files, so they cannot be compared. \(a) has \(Self.list(onlyInA)); \(b) has "
                    + "\(Self.list(onlyInB)). Are they of the same model, and of the same library? Files of one kind have names that "
                    + "agree: thaw convert makes .safetensors of a model.")
        }
        isEqual =
            onlyInA.isEmpty && onlyInB.isEmpty && otherShapes.isEmpty && parameters.allSatisfy(\.isEqual)
    }

    private mutating func compare(
        _ first: TensorFile.Entry, _ second: TensorFile.Entry, frozenIn: [String]
    ) throws {
        let (left, right) = (try first.read(), try second.read())
        guard left.shape == right.shape else {
            otherShapes.append(OtherShape(name: first.name, shapes: [left.shape, right.shape]))
            return
        }
        let difference = TensorDifference(left, right, tolerance: tolerance)
        parameters.append(
            Parameter(
                name: first.name, shape: left.shape,
                dtypes: [left.dtype.description, right.dtype.description],
                count: left.count, isEqual: difference.differing == 0, differing: difference.differing,
                largestDifference: difference.largest, relativeDifference: difference.relative,
                frozenIn: frozenIn))
    }

    private static func filesWhereFrozen(
        _ first: TensorFile.Entry, _ second: TensorFile.Entry, _ a: TensorFile, _ b: TensorFile
    ) -> [String] {
        guard let inA = a.model?.frozenLayers, let inB = b.model?.frozenLayers else { return [] }
        let isInA = inA.contains(WeightsSummary.group(of: first.name))
        let isInB = inB.contains(WeightsSummary.group(of: second.name))
        return (isInA ? ["A"] : []) + (isInB ? ["B"] : [])
    }

    /// A name without what formats put around it: `module.fc.weight` and `fc/weight:0` are `fc/weight`.
    static func key(_ name: String) -> String {
        var key = HDF5Tensors.withoutNumber(name).replacingOccurrences(of: ".", with: "/")
        for prefix in ["module/", "model_weights/"] where key.hasPrefix(prefix) {
            key.removeFirst(prefix.count)
        }
        return key
    }
}
