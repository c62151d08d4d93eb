public import ThawGraph
public import ThawTensor

/// Storage that an engine owns: a parameter, a moving statistic, an optimizer slot, a metric's state.
///
/// The layout is Keras's logical one. Host access copies. A variable is read and written between runs, never during one.
public protocol Variable: GraphVariable {
    /// Rises with every write, by the host or by an executable. Copies that depend on the contents are kept by it.
    var version: UInt64 { get }

    /// A copy of the contents.
    func read() -> Tensor

    /// Replaces the contents.
    ///
    /// - Throws: `EngineError.mismatch` if the shape differs; the element type is converted.
    func write(_ tensor: Tensor) throws
}
