public import Foundation
import ThawFormats
import ThawTensor

extension Layer {
    /// Writes all parameters, statistics included, to a file.
    ///
    /// | ending | holds | is read by |
    /// |---|---|---|
    /// | `.safetensors` | tensors by paths, such as `hidden/kernel` | everything; with the mapping `.torch()` PyTorch's modules |
    /// | `.npz` | arrays by paths | NumPy |
    /// | `.weights.h5` | variables by the classes of layers, in order | Keras 3's `load_weights` |
    /// | `.h5`, `.hdf5` | arrays by the names of layers | `load_weights` of Keras 2 and 3, in order and `by_name` |
    ///
    /// Neither the structure nor the optimizer's state is saved. An old file stays whole until the new one is complete.
    ///
    /// - Parameters:
    ///   - url: a file whose name ends in one of these, in a folder that exists.
    ///   - mapping: other names, for safetensors and npz; `.torch()` writes PyTorch's names and layouts.
    /// - Throws: `ModelError.notBuilt`; `TrainingError.invalidArgument` for another ending or a mapping that the format lacks;
    ///   `FormatError` when the system refuses, or for names that a format cannot hold.
    public final func saveWeights(to url: URL, mapping: WeightMapping = .automatic) throws {
        try WeightSaver(root: self, targets: try targetsOfBuilt(), mapping: mapping).save(url)
    }

    /// Replaces parameters by those of a file.
    ///
    /// ```swift
    /// try model.loadWeights(from: url)
    /// let report = try model.loadWeights(from: url, matching: .names, strict: false, skipMismatch: true)
    /// print(report)
    /// try model.loadWeights(from: checkpoint, mapping: .torch(renaming: ["linear": "head"]))
    /// ```
    ///
    /// Read are safetensors, npz, Keras's `.weights.h5`, `.keras` and `.h5` (of weights or of a whole model), and PyTorch's
    /// checkpoints in both formats, in which the state dictionary is found by itself. The contents of a file say what it is; its ending
    /// must be that of some file of weights. Floating-point elements of any width are converted. NaN are loaded, and counted
    /// in the report.
    ///
    /// Where a file says which epsilon and momentum its normalization layers had, as whole models of Keras do, those that are
    /// loaded take them over, and the report says so. PyTorch's files do not; see ``WeightMapping/torch(renaming:epsilon:momentum:)``.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - matching: how entries find parameters.
    ///   - strict: whether every parameter must be in the file and every entry of the file be used. Otherwise what is missing or
    ///     left over is only reported.
    ///   - skipMismatch: whether to leave out, and report, what has another shape or is not floating point.
    ///   - mapping: how names and layouts in the file become those here.
    /// - Returns: what was loaded, skipped and left over.
    /// - Throws: `WeightFileError`, with the names, for what `strict` and `skipMismatch` do not allow, and whenever nothing at all
    ///   would be loaded; `FormatError` for a file that cannot be read, is damaged or holds no weights;
    ///   `TrainingError.invalidArgument` for an ending, order or mapping that does not go with the file; `ModelError.notBuilt`.
    ///   Nothing is changed then.
    @discardableResult
    public final func loadWeights(
        from url: URL, matching: WeightMatching = .automatic, strict: Bool = true, skipMismatch: Bool = false,
        mapping: WeightMapping = .automatic
    ) throws -> WeightReport {
        try WeightLoader(
            root: self, targets: try targetsOfBuilt(), matching: matching, isStrict: strict,
            skipsMismatch: skipMismatch, mapping: mapping
        ).load(url)
    }

    private func targetsOfBuilt() throws -> [WeightTarget] {
        let targets = WeightTarget.all(in: self)
        guard hasBuilt || !targets.isEmpty else { throw ModelError.notBuilt(model: name) }
        return targets
    }
}
