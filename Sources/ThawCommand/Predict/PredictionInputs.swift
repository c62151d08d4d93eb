import Thaw
import ThawFormats

/// The inputs of a model, from a file of data.
struct PredictionInputs {
    /// One for each input of the model, samples on axis 0, in the shapes that it takes.
    let tensors: [Tensor]

    /// Under which names programs keep the inputs in a `.npz`, beside targets.
    static let usualNames = ["x", "x_test", "inputs", "images", "features", "data"]

    init(for model: Model, from path: String) throws {
        try self.init(for: model, from: try SampleFile(path), named: path)
    }

    init(for model: Model, from file: SampleFile, named path: String) throws {
        let shapes = try Self.shapes(of: model)
        switch file {
        case .images(let images, _):
            try Self.requireOne(shapes, path)
            tensors = [try SampleShape.fit(images, to: shapes[0], name: path)]
        case .table(let table):
            try Self.requireOne(shapes, path)
            tensors = [try SampleShape.fit(table.values, to: shapes[0], isTable: true, name: path)]
        case .arrays(let entries):
            let names = Self.names(of: model)
            let chosen = try Self.choose(entries, names: names, path: path)
            tensors = try zip(chosen, shapes).map { entry, shape in
                let name = entries.count == 1 ? path : "\(path), array \"\(entry.name)\""
                return try SampleShape.fit(try entry.read(), to: shape, name: name)
            }
            if let other = tensors.firstIndex(where: { $0.shape[0] != tensors[0].shape[0] }) {
                throw ToolError(
                    "\(path): \"\(chosen[other].name)\" has \(tensors[other].shape[0]) samples and \"\(chosen[0].name)\" "
                        + "\(tensors[0].shape[0]); they must be the same ones.")
            }
        }
    }

    /// The names of a model's inputs; empty if it has none.
    static func names(of model: Model) -> [String] {
        ((try? model.inputs) ?? []).map { model.name(of: $0.layer) }
    }

    private static func shapes(of model: Model) throws -> [[Int]] {
        try model.ensureBuilt()
        guard let shapes = model.inputShapes else { throw ModelError.notBuilt(model: model.name) }
        return shapes
    }

    private static func requireOne(_ shapes: [[Int]], _ path: String) throws {
        guard shapes.count != 1 else { return }
        throw ToolError(
            "\(path): the model has \(shapes.count) inputs; give them in a .npz with an array for each, under its name."
        )
    }

    private static func choose(
        _ entries: [TensorFile.Entry], names: [String], path: String
    ) throws -> [TensorFile.Entry] {
        let own = names.compactMap { name in entries.first { $0.name == name } }
        if own.count == names.count, !own.isEmpty { return own }
        guard names.count <= 1 else {
            throw ToolError(
                "\(path): the model has the inputs \(names.joined(separator: ", ")); the file has "
                    + "\(entries.map(\.name).joined(separator: ", ")). Give a .npz with an array for each input, under its name."
            )
        }
        if entries.count == 1 { return entries }
        for name in usualNames {
            guard let entry = entries.first(where: { $0.name == name }) else { continue }
            Console.remark("array \"\(name)\" of \(path) is taken")
            return [entry]
        }
        throw ToolError(
            "\(path): the file has the arrays \(entries.map(\.name).joined(separator: ", ")); call the inputs x, or give a "
                + "file with one array.")
    }
}
