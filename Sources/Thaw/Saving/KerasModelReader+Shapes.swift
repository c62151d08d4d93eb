import ThawFormats
import ThawTensor

/// The shapes of inputs.
extension KerasModelReader {
    /// The shape of a sample; nil where the file gives none.
    ///
    /// - Parameters:
    ///   - name: the input's or the model's, for errors.
    ///   - isNeeded: whether sizes that the file leaves open, and nobody gives, are an error; otherwise the result is nil.
    func shape(_ value: JSONValue?, of name: String?, isNeeded: Bool = true) throws -> [Int]? {
        guard let value, let array = value.array, !array.isEmpty else { return nil }
        let name = name ?? "the model"
        var sizes = Array(array.dropFirst())
        if sizes.contains(where: \.isNull) {
            guard let inputShape else {
                guard isNeeded else { return nil }
                throw SavedModelError.openInputShape(
                    input: "the input of \(name)", sizes: sizes.prefix(20).map(\.integer))
            }
            let fits = zip(sizes, inputShape).allSatisfy { $0.isNull || $0.integer == $1 }
            guard fits, sizes.count == inputShape.count else {
                guard isNeeded else { return nil }
                throw SavedModelError.unsupported(
                    subject: "the input of \(name)",
                    message:
                        "has the shape \(value.text.prefix(100)) in the file, for which \(inputShape) does not do; give as inputShape the "
                        + "sizes without the batch's, with those that the file has.")
            }
            sizes = inputShape.map(JSONValue.integer)
        }
        let shape = sizes.compactMap(\.integer)
        guard shape.count == sizes.count, shape.allSatisfy({ $0 > 0 && $0 <= KerasConfiguration.largest })
        else {
            throw SavedModelError.malformed(
                layer: "the model",
                message:
                    "its input has the shape \(value.text.prefix(100)); every size must be a number above 0.")
        }
        guard let count = TensorShape.elementCount(shape), count <= LoadingBudget.largestValue else {
            throw SavedModelError.malformed(
                layer: "the model",
                message: "its input has the shape \(shape), which is larger than any memory.")
        }
        return shape
    }

    /// The shape of a sample that a model inside is called on first, where the file says it in full.
    func calledShape(_ object: JSONValue) -> [Int]? {
        var value = object["inbound_nodes"]?.array?.first?["args"]
        while let array = value?.array { value = array.first }
        guard let sizes = value?["config"]?["shape"]?.array?.dropFirst() else { return nil }
        let shape = sizes.compactMap(\.integer)
        return shape.count == sizes.count ? shape : nil
    }
}
