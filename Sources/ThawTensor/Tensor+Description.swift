extension Tensor: CustomStringConvertible, CustomDebugStringConvertible {
    /// The elements in nested brackets, as NumPy prints them; past 1000 elements the middle of every long
    /// axis is left out.
    public var description: String { TensorPrinter(self).text() }

    /// Shape, type and elements.
    public var debugDescription: String {
        let opening = "Tensor(shape: \(shape), dtype: \(dtype), "
        return opening + TensorPrinter(self).text(indentation: opening.count) + ")"
    }
}
