public import ThawTensor

/// What a callback remembers from one epoch or batch to the next, as a checkpoint keeps it: numbers, texts and tensors by name.
///
/// ```swift
/// override var checkpointState: CallbackState? {
///     var state = CallbackState()
///     state[number: "best"] = best
///     return state
/// }
///
/// override func restore(checkpointState: CallbackState) { best = checkpointState[number: "best"] }
/// ```
public struct CallbackState: Sendable, Equatable {
    /// Numbers are kept as the shortest texts that give the same bits, so that infinity and NaN have a place too.
    var texts: [String: String] = [:]
    var tensors: [String: Tensor] = [:]

    /// A state in which nothing is remembered yet.
    public init() {}

    /// A whole number; nil where there is none of this name.
    public subscript(integer name: String) -> Int? {
        get { texts[name].flatMap { Int($0) } }
        set { texts[name] = newValue.map { "\($0)" } }
    }

    /// A number, which comes back with the same bits; nil where there is none of this name.
    public subscript(number name: String) -> Double? {
        get { texts[name].flatMap { Double($0) } }
        set { texts[name] = newValue.map { "\($0)" } }
    }

    /// A text; nil where there is none of this name.
    public subscript(text name: String) -> String? {
        get { texts[name] }
        set { texts[name] = newValue }
    }

    /// A tensor; nil where there is none of this name.
    public subscript(tensor name: String) -> Tensor? {
        get { tensors[name] }
        set { tensors[name] = newValue }
    }

    /// A whole number that must be there.
    func integer(_ name: String, of callback: String) throws -> Int {
        guard let value = self[integer: name] else { throw Self.lacking(name, of: callback) }
        return value
    }

    /// What a callback throws to which a checkpoint gave something that it never saved.
    static func lacking(_ name: String, of callback: String) -> TrainingError {
        .invalidArgument(
            "the checkpoint has no sound \"\(name)\" for the callback \(callback); use another one, or delete it to begin anew."
        )
    }
}
