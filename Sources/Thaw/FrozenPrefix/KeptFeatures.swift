import ThawTensor

/// What the frozen prefix made of every sample of a data set, and what it depended on.
struct KeptFeatures {
    let prefix: FrozenPrefix
    /// The versions of the prefix's variables when the features were computed.
    let versions: [UInt64]
    /// The same samples, with features in place of inputs.
    let feeder: BatchFeeder
    /// The steps that go on from the features.
    let pool: StepPool
    /// How many views of the data are kept in all.
    let viewCount: Int

    /// One line of what was done: `frozen prefix: 143 of 177 layers, features 200 x 7 x 7 x 1024, 38.28 MB, computed once`.
    var summary: String {
        // A mark of one number tells whether a sample was finite.
        let shapes = prefix.featureShapes.filter { !$0.allSatisfy { $0 == 1 } }
        let texts = (shapes.isEmpty ? [[1]] : shapes).map { shape in
            ([feeder.count] + shape).map(String.init).joined(separator: " x ")
        }
        let (frozen, all) = prefix.layerCounts
        let size = (feeder.count * prefix.bytesPerSample * viewCount).asMemory
        return "frozen prefix: \(frozen) of \(all) layers, features \(texts.joined(separator: " + "))"
            + (viewCount > 1
                ? " in \(viewCount) views, \(size), each computed once" : ", \(size), computed once")
    }
}
