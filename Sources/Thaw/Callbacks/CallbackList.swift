/// The callbacks of one call, attached to the model for its time.
struct CallbackList {
    let callbacks: [Callback]

    init(_ callbacks: [Callback], model: Model) {
        self.callbacks = callbacks
        for callback in callbacks { callback.model = model }
    }

    /// Whether anybody listens; hooks of each batch are left out otherwise.
    var isEmpty: Bool { callbacks.isEmpty }

    /// Calls a hook of each callback, in order.
    func notify(_ hook: (Callback) throws -> Void) rethrows {
        for callback in callbacks { try hook(callback) }
    }

    /// Detaches the callbacks.
    func detach() {
        for callback in callbacks { callback.model = nil }
    }
}
