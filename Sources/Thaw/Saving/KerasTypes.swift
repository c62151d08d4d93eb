import ThawFormats

/// The element types that the layers in a file compute in, where they are others than Thaw's.
enum KerasTypes {
    /// The longest name that is looked at.
    private static let longestName = 40

    /// What there is to say of a model's description, in sentences.
    static func notes(on object: JSONValue) -> [String] {
        var counts: [String: Int] = [:]
        count(object, depth: 0, &counts)
        return counts.sorted { $0.key < $1.key }.prefix(8).map { name, count in
            count == 1
                ? "1 layer of the file computes in \(name); here it computes in float32."
                : "\(count) layers of the file compute in \(name); here they compute in float32."
        }
    }

    private static func count(_ object: JSONValue, depth: Int, _ counts: inout [String: Int]) {
        guard depth <= KerasModelReader.deepest else { return }
        guard let layers = object["config"]?["layers"]?.array ?? object["config"]?.array else {
            // A name, or a policy that has one. Inputs are cast by what they are given to.
            let dtype = object["config"]?["dtype"]
            guard let name = dtype?.string ?? dtype?["config"]?["name"]?.string, name != "float32",
                object["class_name"]?.string != "InputLayer"
            else { return }
            counts[String(name.prefix(longestName)), default: 0] += 1
            return
        }
        for layer in layers { count(layer, depth: depth + 1, &counts) }
    }
}
