public import Foundation
import ThawFormats
import ThawTensor

extension Layer {
    /// Writes all parameters, statistics included, to a safetensors file, each under its path, such as `hidden/kernel`.
    ///
    /// Neither the structure nor the optimizer's state is saved. An old file stays whole until the new one is complete.
    ///
    /// - Parameter url: a file whose name ends in `.safetensors`, in a folder that exists.
    /// - Throws: `ModelError.notBuilt`; `TrainingError.invalidArgument` for another ending; `FormatError` when the system
    ///   refuses.
    public final func saveWeights(to url: URL) throws {
        try Self.checkWeightFile(url.path, call: "saveWeights")
        let paths = try pathsOfBuilt()
        let tensors = Dictionary(paths.map { ($0.path, $0.parameter.value) }, uniquingKeysWith: { $1 })
        try SafetensorsFile.write(tensors, metadata: ["format": "thaw"], to: url)
    }

    /// Replaces all parameters by those of a safetensors file, by path; floating-point elements of any width are converted.
    ///
    /// - Parameter url: a file whose name ends in `.safetensors`.
    /// - Throws: `FormatError` for a file that cannot be read or is damaged; `WeightFileError`, with the names, unless the file
    ///   holds exactly the model's parameters in their shapes; `ModelError.notBuilt`. Nothing is changed then.
    public final func loadWeights(from url: URL) throws {
        try Self.checkWeightFile(url.path, call: "loadWeights")
        let paths = try pathsOfBuilt()
        let tensors = try SafetensorsFile.read(url).tensors
        let known = Set(paths.map(\.path))
        var missing: [String] = []
        var mismatched: [String] = []
        for (path, parameter) in paths {
            guard let tensor = tensors[path] else {
                missing.append(path)
                continue
            }
            if tensor.shape != parameter.shape {
                mismatched.append("\(path) (expected the shape \(parameter.shape), got \(tensor.shape))")
            } else if !tensor.dtype.isFloatingPoint {
                mismatched.append("\(path) (expected floating point, got \(tensor.dtype))")
            }
        }
        let unexpected = tensors.keys.filter { !known.contains($0) }.sorted()
        guard missing.isEmpty, mismatched.isEmpty, unexpected.isEmpty else {
            throw WeightFileError(
                file: url.path, model: name, missing: missing, unexpected: unexpected, mismatched: mismatched)
        }
        for (path, parameter) in paths {
            if let tensor = tensors[path] { try parameter.assign(tensor) }
        }
    }

    /// Refuses a name whose ending does not say that it holds weights: there will be other formats.
    static func checkWeightFile(_ path: String, call: String) throws {
        guard path.hasSuffix(".safetensors") else {
            throw TrainingError.invalidArgument(
                "\(call): \(path) does not end in .safetensors, the one format of weights; whole models (.keras, .h5) cannot be "
                    + "saved or loaded yet. Give a name that ends in .safetensors.")
        }
    }

    private func pathsOfBuilt() throws -> [(path: String, parameter: Parameter)] {
        let paths = parameterPaths
        guard hasBuilt || !paths.isEmpty else { throw ModelError.notBuilt(model: name) }
        return paths
    }
}
