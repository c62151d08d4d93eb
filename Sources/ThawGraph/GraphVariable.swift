/// Storage outside the graph that a graph reads and assigns: a parameter, a moving statistic, an optimizer
/// slot.
///
/// The graph knows a variable only by identity, name and type; the engine that made it owns its contents.
public protocol GraphVariable: AnyObject, Sendable {
    /// A name for errors and dumps.
    var name: String { get }
    /// Shape and element type, fixed for life.
    var type: TensorType { get }
}
