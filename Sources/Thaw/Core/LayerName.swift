/// How layers are named when nobody names them: Keras's snake case of the type's name, numbered within
/// the container.
enum LayerName {
    /// `BatchNormalization` gives `batch_normalization`, `Conv2D` gives `conv2d`, `ReLU` gives `re_lu`.
    static func base(of typeName: String) -> String {
        let letters = typeName.filter { $0.isLetter || $0.isNumber || $0 == "_" }.map { $0 }
        var words: [Character] = []
        var index = 0
        while index < letters.count {
            words.append(letters[index])
            // Before a capital that starts a lower-case word.
            if index + 2 < letters.count, letters[index + 1].isUppercase, letters[index + 2].isLowercase {
                words.append("_")
                words.append(letters[index + 1])
                index += 2
                while index < letters.count, letters[index].isLowercase {
                    words.append(letters[index])
                    index += 1
                }
            } else {
                index += 1
            }
        }
        var name = ""
        for (position, letter) in words.enumerated() {
            // Between a small letter and a capital.
            if position > 0, letter.isUppercase, words[position - 1].isLowercase { name.append("_") }
            name.append(contentsOf: letter.lowercased())
        }
        return name
    }

    /// Names the layers that have no name: `dense`, `dense_1`, and so on, past names that are taken.
    ///
    /// Layers that come from other models were numbered apart from one another. Where two have the same automatic name, the
    /// first keeps it, and the others are numbered on for this model alone: models that hold them too see the old names.
    ///
    /// - Parameters:
    ///   - layers: all layers of the model.
    ///   - known: what an earlier call gave for the same model; those names stay unless one was given.
    /// - Returns: the names of the layers that the model knows by another name than their own.
    static func assign(
        to layers: [Layer], known: [ObjectIdentifier: String] = [:]
    ) -> [ObjectIdentifier: String] {
        var seen: Set<ObjectIdentifier> = []
        let layers = layers.filter { seen.insert(ObjectIdentifier($0)).inserted }
        let given = Set(layers.filter { $0.automaticNameBase == nil }.compactMap(\.assignedName))
        var names: [ObjectIdentifier: String] = [:]
        for layer in layers where layer.automaticNameBase != nil {
            guard let name = known[ObjectIdentifier(layer)], !given.contains(name) else { continue }
            names[ObjectIdentifier(layer)] = name
        }
        var taken = Set(layers.compactMap(\.assignedName)).union(names.values)
        // The names that no further layer may keep.
        var kept = given.union(names.values)
        var counts: [String: Int] = [:]
        func next(_ base: String) -> String {
            while true {
                let count = counts[base, default: 0]
                counts[base] = count + 1
                let name = count == 0 ? base : "\(base)_\(count)"
                if taken.insert(name).inserted { return name }
            }
        }
        for layer in layers where names[ObjectIdentifier(layer)] == nil {
            if layer.assignedName == nil {
                let base = base(of: layer.typeName)
                layer.assign(automaticName: next(base), base: base)
            } else if let base = layer.automaticNameBase, !kept.insert(layer.name).inserted {
                names[ObjectIdentifier(layer)] = next(base)
            }
        }
        return names
    }
}
