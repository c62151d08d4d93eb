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
    static func assign(to layers: [Layer]) {
        var taken = Set(layers.compactMap(\.assignedName))
        var counts: [String: Int] = [:]
        for layer in layers where layer.assignedName == nil {
            let base = base(of: layer.typeName)
            var name: String
            repeat {
                let count = counts[base, default: 0]
                counts[base] = count + 1
                name = count == 0 ? base : "\(base)_\(count)"
            } while !taken.insert(name).inserted
            layer.assignedName = name
        }
    }
}
