import ThawFormats

/// What one callback remembers, and which one that is.
struct CallbackRecord {
    var type: String
    /// How many callbacks of this type come before it.
    var position: Int
    var state: CallbackState

    /// Those of the callbacks that remember something.
    static func all(of callbacks: [Callback]) -> [CallbackRecord] {
        var counts: [String: Int] = [:]
        return callbacks.compactMap { callback in
            let type = "\(Swift.type(of: callback))"
            let position = counts[type, default: 0]
            counts[type] = position + 1
            return callback.checkpointState.map {
                CallbackRecord(type: type, position: position, state: $0)
            }
        }
    }

    /// The callback among others that this is of.
    ///
    /// - Throws: `CheckpointError.otherFit` if there is none: what it decided would be lost silently.
    func callback(in callbacks: [Callback], file: String) throws -> Callback {
        let candidates = callbacks.filter { "\(Swift.type(of: $0))" == type }
        guard position < candidates.count else {
            throw CheckpointError.otherFit(
                file: file,
                message:
                    "it holds the state of a callback \(type.prefix(80)), and this fit was given none, or fewer."
            )
        }
        return candidates[position]
    }
}

extension CallbackRecord {
    var json: JSONValue {
        [
            "type": .string(type), "position": .integer(position),
            "texts": .object(state.texts.mapValues(JSONValue.string)),
            "tensors": .array(state.tensors.keys.sorted().map(JSONValue.string)),
        ]
    }

    /// - Parameter number: the record's place in the checkpoint, which its tensors are named after.
    func addTensors(to tensors: inout CheckpointTensors, number: Int) throws {
        for (name, tensor) in state.tensors { try tensors.add(tensor, as: "callbacks/\(number)/\(name)") }
    }

    init(_ fields: CheckpointFields, number: Int) throws {
        type = try fields.text("type")
        position = try fields.integer("position")
        state = CallbackState()
        for (name, text) in try fields.object("texts") {
            guard let text = text.string else { throw fields.wrong("texts") }
            state.texts[name] = text
        }
        for name in try fields.texts("tensors") {
            state.tensors[name] = try fields.source.tensor("callbacks/\(number)/\(name)")
        }
    }
}
