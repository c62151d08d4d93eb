import Foundation
import Thaw
import ThawFormats

/// A file to be written in another format.
struct Conversion {
    /// What was done.
    struct Report: Codable, Equatable {
        let input: String
        let inputFormat: String
        let output: String
        /// Whether the new file holds a model or weights alone.
        let holds: String
        let tensors: Int
        let parameters: Int
        /// What of a model stayed behind.
        var leftOut: String?
        /// Of a PyTorch checkpoint.
        var dictionary: TensorDictionary?

        var text: String {
            let result =
                "\(input) (\(inputFormat)) -> \(output) (\(holds)): \(NumberText.count(tensors, "tensor")), "
                + NumberText.count(parameters, "parameter")
            return [result, leftOut, dictionary?.text].compactMap { $0 }.joined(separator: "\n")
        }
    }

    /// What the new name asks for.
    private enum Target {
        case model, kerasWeights, safetensors, npz
    }

    /// Which formats go together, for help and for errors.
    static let possible = """
        A whole model (.keras, or .h5 of Keras 2 and 3) becomes another .keras, or weights alone, without layers, loss and \
        optimizer: .safetensors, .npz, .weights.h5, .h5. Weights (safetensors, .npz, .npy, HDF5, PyTorch's) become .safetensors or .npz.
        """

    private let input: URL
    private let output: URL
    private let target: Target
    private let isModel: Bool
    private let dictionary: String?
    private let inputShape: [Int]?

    /// - Throws: `ToolError` for formats that do not go together and for a new file that is there already.
    init(
        from input: URL, to output: URL, replacing: Bool, dictionary: String? = nil, inputShape: [Int]? = nil
    ) throws {
        self.input = input
        self.output = output
        self.dictionary = dictionary
        self.inputShape = inputShape
        let name = output.lastPathComponent
        let targets: [(ending: String, target: Target)] = [
            (".keras", .model), (".weights.h5", .kerasWeights), (".h5", .kerasWeights),
            (".safetensors", .safetensors), (".npz", .npz),
        ]
        guard let target = targets.first(where: { name.hasSuffix($0.ending) && name != $0.ending })?.target
        else {
            throw ToolError(
                "\(output.path): the ending says no format that can be written. \(Self.possible)")
        }
        self.target = target
        let format = try FileFormat.detect(input)
        isModel =
            try format == .keras
            || format == .hdf5 && SavedModel(HDF5File(input), file: input.path) != nil
        guard !isModel || dictionary == nil else {
            throw ToolError("\(input.path): --dictionary is for PyTorch's checkpoints, and this is a model.")
        }
        guard isModel || target == .safetensors || target == .npz else {
            throw ToolError(
                "\(input.path): the file holds no whole model, and weights alone do not become a \(name). "
                    + Self.possible)
        }
        guard replacing || !FileManager.default.fileExists(atPath: output.path) else {
            throw ToolError("\(output.path): there is such a file already; give --force to replace it.")
        }
    }

    /// Writes the new file.
    func run() throws -> Report {
        try isModel ? convertModel() : convertWeights()
    }

    private func convertModel() throws -> Report {
        let file = try ModelFile(input.path, compiled: target == .model, inputShape: inputShape)
        let model = file.model
        if target == .model {
            if let problem = file.compileProblem {
                Console.remark(
                    "\(output.path) is not compiled, since what \(input.path) says cannot be used: \(problem)"
                )
            }
            try model.save(to: output)
            for note in model.savingNotes { Console.remark("\(output.path): \(note)") }
        } else {
            try model.saveWeights(to: output)
        }
        return Report(
            input: input.relativePath, inputFormat: "whole model of \(file.saved.writer)",
            output: output.relativePath,
            holds: target == .model ? "whole model" : "weights", tensors: model.allParameters.count,
            parameters: model.parameterCount,
            leftOut: target == .model
                ? nil
                : "These are the weights alone: layers, loss and optimizer are not in it, so a program that loads it makes the "
                    + "model first. A .keras file holds everything.")
    }

    private func convertWeights() throws -> Report {
        let file = try TensorFile(input, dictionary: dictionary)
        try file.requireTensors()
        var tensors: [(name: String, tensor: Tensor)] = []
        for entry in file.entries {
            var tensor = try entry.read()
            // NumPy does not have it.
            if target == .npz, tensor.dtype == .bfloat16 {
                Console.remark("\(entry.name) is bfloat16 and becomes float32, since NumPy has no bfloat16.")
                tensor = tensor.cast(to: .float32)
            }
            // Keras 3 numbers the arrays of a layer, and knows them by their paths.
            tensors.append((entry.path.hasPrefix("layers/") ? entry.path : entry.name, tensor))
        }
        if target == .npz {
            try NPZFile.write(tensors, to: output)
        } else {
            try SafetensorsFile.write(Dictionary(tensors.map { ($0.name, $0.tensor) }) { $1 }, to: output)
        }
        return Report(
            input: input.relativePath, inputFormat: file.title, output: output.relativePath, holds: "weights",
            tensors: tensors.count, parameters: tensors.reduce(0) { $0 + $1.tensor.count },
            dictionary: file.dictionary)
    }
}
