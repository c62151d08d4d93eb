package import Foundation

/// What is in a file of weights, without a model to load it into.
package struct WeightFileContents {
    /// Names and shapes of arrays, as the file has them, without those that no model has a use for.
    package let arrays: [(name: String, shape: [Int])]

    /// Looks into a file.
    ///
    /// - Throws: as `loadWeights`, for a file that cannot be read.
    package init(of url: URL) throws {
        var stored = try StoredWeights.open(url)
        stored.leaveOut { $0 }
        arrays = stored.weights.map { ($0.name, $0.shape) }
    }
}
