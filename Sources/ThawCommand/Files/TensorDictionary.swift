import ThawFormats

/// Which dictionary of a PyTorch checkpoint was taken, and what lies beside it.
struct TensorDictionary: Codable, Equatable {
    /// Another dictionary with tensors.
    struct Other: Codable, Equatable {
        let name: String
        let tensors: Int
    }

    /// The keys that lead to it, joined by full stops; absent where the file itself was taken.
    let taken: String?
    let others: [Other]

    /// Nil if there was nothing to choose from.
    init?(_ checkpoint: TorchCheckpoint) {
        taken = checkpoint.path.isEmpty ? nil : checkpoint.path.joined(separator: ".")
        // Those that the file consists of are in the list already.
        others =
            taken == nil
            ? [] : checkpoint.others.map { Other(name: $0.path.joined(separator: "."), tensors: $0.count) }
        guard taken != nil else { return nil }
    }

    /// What else there is; nil for nothing.
    var text: String? {
        guard let taken, !others.isEmpty else { return nil }
        let shown = others.prefix(12).map { "\($0.name) (\(NumberText.count($0.tensors, "tensor")))" }
        let more = others.count > 12 ? " and \(others.count - 12) more" : ""
        return
            "These are the tensors of \(taken). Beside it the file holds \(shown.joined(separator: ", "))\(more); --dictionary NAME "
            + "takes another."
    }
}

extension TorchCheckpoint {
    /// The tensors of the dictionary with this name, its keys joined by full stops.
    ///
    /// - Throws: `ToolError` if there is none.
    func dictionary(named name: String, file: String) throws -> TorchCheckpoint {
        let known = [path] + others.map(\.path)
        let chosen = known.first { $0.joined(separator: ".") == name }
        guard let chosen = chosen ?? (root[name] == nil ? nil : [name]) else {
            let names = known.filter { !$0.isEmpty }.map { $0.joined(separator: ".") }
            throw ToolError(
                "\(file): there is no dictionary \(name); "
                    + (names.isEmpty
                        ? "the file is one itself." : "it holds \(names.prefix(20).joined(separator: ", ")).")
            )
        }
        return try dictionary(at: chosen)
    }
}
