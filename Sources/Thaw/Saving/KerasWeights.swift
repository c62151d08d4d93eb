import ThawFormats
import ThawTensor

/// Parameters in files of Keras 3's layout, `layers/conv2d/vars/0`.
extension KerasWeightPaths {
    /// Puts every parameter, and the name of every layer, into a file.
    func write(to file: inout HDF5Writer) throws {
        for group in groups {
            let path = group.path.isEmpty ? "vars" : "\(group.path)/vars"
            try file.addGroup(path)
            try file.setAttribute("name", string: group.name, at: path)
            for (number, parameter) in group.parameters.enumerated() {
                try file.add(parameter.value, at: "\(path)/\(number)")
            }
        }
    }

    /// The array of every parameter in a file, not read yet.
    ///
    /// - Throws: `WeightFileError` unless the file has exactly these parameters in their shapes; `FormatError` for a damaged
    ///   file.
    func match(
        _ file: HDF5File, named name: String, model: String
    ) throws -> [(Parameter, HDF5Dataset)] {
        var datasets: [String: HDF5Dataset] = [:]
        for dataset in try file.root.datasets() {
            datasets[dataset.path.replacing(StoredWeights.oldLayerList, with: "layers")] = dataset
        }
        var result: [(Parameter, HDF5Dataset)] = []
        var missing: [String] = []
        var mismatched: [String] = []
        for group in groups {
            for (number, parameter) in group.parameters.enumerated() {
                let path = "\(group.path.isEmpty ? "" : group.path + "/")vars/\(number)"
                guard let dataset = datasets.removeValue(forKey: path) else {
                    missing.append("\(path) (\(parameter.name) of \(group.name))")
                    continue
                }
                guard dataset.shape == parameter.shape else {
                    let got = dataset.shape.map { "\($0)" } ?? "none"
                    mismatched.append(
                        "\(path) (\(parameter.name) of \(group.name): expected the shape \(parameter.shape), got \(got))"
                    )
                    continue
                }
                result.append((parameter, dataset))
            }
        }
        // Keras keeps the state of random layers too; ours follows from seeds.
        let unexpected = datasets.keys.filter { !StoredWeights.isUselessVariable($0) }.sorted()
        guard missing.isEmpty, mismatched.isEmpty, unexpected.isEmpty else {
            throw WeightFileError(
                file: name, model: model, missing: missing, unexpected: unexpected, mismatched: mismatched)
        }
        return result
    }
}
