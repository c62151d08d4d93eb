import ThawTensor

/// Watches what is frozen while a model trains: nothing but a callback may write to it, except to the moving statistics of frozen
/// layers that are told to update them.
///
/// Bits are compared by digests at the beginning and the end; between them the versions of the variables tell who wrote.
final class FrozenWatch {
    private struct Entry {
        let path: String
        let parameter: Parameter
        let digest: String
        var version: UInt64
    }

    private let parameters: [(path: String, parameter: Parameter)]
    /// What is frozen, and has been since it was noted.
    private var entries: [Entry] = []
    private var updated: Set<String> = []
    private var assigned: Set<String> = []

    init(_ model: Model) {
        parameters = model.parameterPaths
        note(parameters)
    }

    private func note(_ frozen: [(path: String, parameter: Parameter)]) {
        for (path, parameter) in frozen where parameter.isFrozen {
            entries.append(
                Entry(
                    path: path, parameter: parameter, digest: FrozenDigest.text(of: parameter, path: path),
                    version: parameter.variable.version))
        }
    }

    /// To be called after steps, before anybody else can have written.
    ///
    /// - Throws: `TrainingError.frozenValueChanged` if a step has written to what is frozen.
    func checkSteps() throws {
        for (place, entry) in entries.enumerated() where entry.parameter.variable.version != entry.version {
            guard entry.parameter.isUpdatedThoughFrozen else {
                throw TrainingError.frozenValueChanged(path: entry.path)
            }
            updated.insert(entry.path)
            entries[place].version = entry.parameter.variable.version
        }
    }

    /// To be called after callbacks, which may have assigned, frozen and unfrozen.
    func acceptCallbacks() {
        for (place, entry) in entries.enumerated() where entry.parameter.variable.version != entry.version {
            assigned.insert(entry.path)
            entries[place].version = entry.parameter.variable.version
        }
        guard
            parameters.count(where: \.parameter.isFrozen) != entries.count
                || entries.contains(where: { !$0.parameter.isFrozen })
        else { return }
        entries.removeAll { !$0.parameter.isFrozen }
        let known = Set(entries.map { ObjectIdentifier($0.parameter) })
        note(parameters.filter { !known.contains(ObjectIdentifier($0.parameter)) })
    }

    /// What there is to say at the end; nil if nothing is frozen.
    ///
    /// - Throws: as `checkSteps`, also if bits have changed without a write.
    func record() throws -> FrozenRecord? {
        try checkSteps()
        guard !entries.isEmpty else { return nil }
        let digests = entries.map { FrozenDigest.text(of: $0.parameter, path: $0.path) }
        for (entry, digest) in zip(entries, digests)
        where digest != entry.digest && !updated.contains(entry.path) && !assigned.contains(entry.path) {
            throw TrainingError.frozenValueChanged(path: entry.path)
        }
        let known = Set(entries.map(\.path))
        return FrozenRecord(
            before: FrozenDigest.combined(entries.map { ($0.path, $0.digest) }),
            after: FrozenDigest.combined(zip(entries, digests).map { ($0.path, $1) }),
            parameterCount: entries.count, updatedStatistics: updated.intersection(known).sorted(),
            assigned: assigned.intersection(known).sorted())
    }
}

extension Parameter {
    /// Whether it belongs to a frozen layer.
    var isFrozen: Bool { !(layer?.ownsTrainableFlag ?? true) }

    /// Whether training updates it although its layer is frozen: a moving statistic of a layer that is told to.
    fileprivate var isUpdatedThoughFrozen: Bool {
        role == .statistic && (layer as? BatchNormalization)?.statistics == .batchUpdating
    }
}
