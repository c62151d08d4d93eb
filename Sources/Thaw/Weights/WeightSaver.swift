import Foundation
import ThawFormats
import ThawTensor

/// Writes parameters to a file, in the format that its name says.
struct WeightSaver {
    let root: Layer
    let targets: [WeightTarget]
    let mapping: WeightMapping

    func save(_ url: URL) throws {
        try Self.checkEnding(url, call: "saveWeights")
        let isTorch = mapping.convention == .torch
        if isTorch, url.pathExtension != "safetensors" {
            throw TrainingError.invalidArgument(
                "saveWeights: PyTorch's layouts are written to .safetensors only, got \(url.path).")
        }
        switch url.pathExtension.lowercased() {
        case "safetensors":
            let tensors = try isTorch ? torchTensors() : tensors()
            try SafetensorsFile.write(
                Dictionary(tensors) { $1 }, metadata: ["format": isTorch ? "pt" : "thaw"], to: url)
        case "npz": try NPZFile.write(tensors(), to: url)
        default:
            try refuseMapping()
            var file = HDF5Writer()
            if url.lastPathComponent.lowercased().hasSuffix(".weights.h5") {
                try KerasWeightPaths(of: root).write(to: &file)
            } else {
                try KerasLayerGroups.write(root, to: &file)
            }
            try file.write(to: url)
        }
    }

    private func tensors() throws -> [(name: String, tensor: Tensor)] {
        guard let rename = mapping.reverse else { throw Self.noWayBack() }
        return try unique(targets.map { (rename($0.path), $0.parameter.value) })
    }

    private func torchTensors() throws -> [(name: String, tensor: Tensor)] {
        guard let rename = mapping.reverse else { throw Self.noWayBack() }
        let images = FlattenedImages(in: root)
        return try unique(
            targets.map { target in
                let layout = TorchLayout(of: target, flattened: images[target.layer])
                let name = [target.layerPath, TorchLayout.name(of: target.parameter)]
                    .filter { !$0.isEmpty }.joined(separator: "/")
                return (
                    rename(name).replacing("/", with: "."), layout.written(target.parameter.value)
                )
            })
    }

    private func unique(_ tensors: [(String, Tensor)]) throws -> [(name: String, tensor: Tensor)] {
        var seen: Set<String> = []
        for (name, _) in tensors where !seen.insert(name).inserted {
            throw TrainingError.invalidArgument(
                "saveWeights: the mapping calls two parameters \(name); give each a name of its own.")
        }
        return tensors.map { (name: $0, tensor: $1) }
    }

    private func refuseMapping() throws {
        let names = targets.map(\.path)
        guard let rename = mapping.reverse, names.map(rename) == names else {
            throw TrainingError.invalidArgument(
                "saveWeights: Keras's files hold the names of layers; rename the layers instead of giving a mapping."
            )
        }
    }

    private static func noWayBack() -> TrainingError {
        .invalidArgument(
            "saveWeights: a mapping by a function has no way back; give the names as a dictionary.")
    }

    /// Throws unless a name ends as that of a file that weights are written to.
    static func checkEnding(_ url: URL, call: String) throws {
        guard !["safetensors", "npz", "h5", "hdf5"].contains(url.pathExtension.lowercased()) else { return }
        let remedy =
            switch url.pathExtension.lowercased() {
            case "keras": "save(to:) writes whole models."
            case "pt", "pth", "th", "bin":
                "PyTorch reads .safetensors; write one with mapping: .torch()."
            default: "Choose one of these endings."
            }
        throw TrainingError.invalidArgument(
            "\(call): \(url.path) ends in none of .safetensors, .npz, .weights.h5 and .h5, the formats of weights. \(remedy)"
        )
    }
}
