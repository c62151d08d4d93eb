/// One operation of a graph: its attributes, its shape rule and its derivative.
///
/// An operation is a small value; an engine recognises it by its type and computes it. To add one, see
/// CONTRIBUTING.md.
public protocol GraphOperation: Sendable {
    /// The name in errors and dumps; by default the type's name.
    var name: String { get }

    /// The types of the outputs for inputs of the given types.
    ///
    /// - Throws: an error that says what was expected, what came and how to mend it.
    func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType]

    /// The vector-Jacobian product: for each input the gradient of the final scalar with respect to it, or
    /// nil where there is none (integers, indices) or none was asked for (`context.needsGradient`).
    func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?]

    /// The same computation in simpler operations, for engines that have no kernel for this one. Nil when
    /// it is already as simple as it gets.
    func decomposed(_ inputs: [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor]?

    /// Whether each sample's part of the outputs follows from the same sample's part of the inputs, the samples lying one after
    /// the other on axis 0, one or more rows each.
    ///
    /// What says so may be computed once for each sample and kept. By default an operation says no, which is always right: one that
    /// mixes rows or draws random numbers must.
    ///
    /// - Parameters:
    ///   - inputs: the types of the inputs.
    ///   - areSamples: for each input whether it holds samples; at least one does. The others are the same for all samples.
    func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool
}

extension GraphOperation {
    /// The name in errors and dumps.
    public var name: String { String(describing: Self.self) }

    /// The same in simpler operations.
    public func decomposed(_ inputs: [SymbolicTensor]) throws(GraphError) -> [SymbolicTensor]? { nil }

    /// Nothing is known of the samples.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { false }
}

/// What an operation needs to write its gradient.
public struct GradientContext {
    /// The node's inputs.
    public let inputs: [SymbolicTensor]
    /// The node's outputs.
    public let outputs: [SymbolicTensor]
    /// The gradient that arrives at each output; nil where the output does not influence the result.
    public let outputGradients: [SymbolicTensor?]
    /// Which inputs lead to something the gradient was asked for.
    public let needsGradient: [Bool]
}
