/// The callbacks of one call, attached to the model for its time.
///
/// Calls may be nested: a callback of `fit` may evaluate with itself.
struct CallbackList {
    let callbacks: [Callback]
    /// What each callback was attached to before, by a call around this one.
    private let outerModels: [Model?]

    init(_ callbacks: [Callback], model: Model) {
        self.callbacks = callbacks
        outerModels = callbacks.map(\.model)
        for callback in callbacks { callback.model = model }
    }

    /// Whether anybody listens; hooks of each batch are left out otherwise.
    var isEmpty: Bool { callbacks.isEmpty }

    /// The names that callbacks may add to the logs of an epoch; nil if one's cannot be known.
    var addedLogs: [String]? {
        let known = callbacks.compactMap(\.addedLogs)
        return known.count == callbacks.count ? known.flatMap { $0 } : nil
    }

    /// Calls a hook of each callback, in order.
    func notify(_ hook: (Callback) throws -> Void) rethrows {
        for callback in callbacks { try hook(callback) }
    }

    /// Attaches the callbacks to what they were attached to before.
    func detach() {
        for (callback, model) in zip(callbacks, outerModels) { callback.model = model }
    }
}
