/// How the entries of a file of weights find the parameters of a model.
public enum WeightMatching: String, Sendable, Hashable, CaseIterable {
    /// By names if all of them agree and were given to the layers; in order if that fits; otherwise whichever of the two comes
    /// closer. Names that layers were given automatically say less than the order, which counts first then, as in Keras.
    case automatic
    /// By the names of layers and parameters; Keras's `by_name`.
    case names
    /// In order: in Keras's files that of the layers with weights, as Keras itself does; in PyTorch's and NumPy's that of
    /// the file. Shapes are checked. Safetensors files have no order.
    case order
}
