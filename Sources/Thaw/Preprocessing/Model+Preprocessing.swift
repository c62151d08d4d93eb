extension Model {
    /// What the weights expect of images; nil if nothing is known.
    ///
    /// Pretrained networks set it, and it is saved with the model. A model that begins with another, such as a classifier on a
    /// pretrained base, has that one's. While it is set, `fit`, `evaluate` and `predict` look at a few images, and refuse what has
    /// plainly been preprocessed twice or not at all; set it to nil where that is meant.
    ///
    /// It says what to do and does nothing: images are prepared by ``Dataset/preprocessed(for:)`` or by calling it.
    public final var preprocessing: Preprocessing? {
        get {
            if case .own(let own) = preprocessingSetting { return own }
            if case .own(let own)? = ownInput?.preprocessingSetting { return own }
            return firstModelInside?.preprocessing
        }
        set {
            // A model that is made of this one's inputs has the same.
            ownInput?.preprocessingSetting = .own(newValue)
            preprocessingSetting = .own(newValue)
        }
    }

    /// The only input, if the model begins there.
    private var ownInput: Input? {
        guard let topology, topology.inputLayers.count == 1 else { return nil }
        return topology.inputLayers[0] as? Input
    }

    /// The model that takes the only input, if nothing else does.
    private var firstModelInside: Model? {
        guard let topology else { return layers.first as? Model }
        guard topology.inputs.count == 1 else { return nil }
        let first = topology.calls.filter { $0.inputs.contains(topology.inputs[0]) }
        return first.count == 1 ? first[0].layer as? Model : nil
    }

    /// This model and those inside it that have a preprocessing of their own, or say that they have none, by paths; this one's is
    /// empty.
    var preprocessingSettings: [String: PreprocessingSetting] {
        var result: [String: PreprocessingSetting] = [:]
        for (path, layer) in [("", self as Layer)] + sublayerPaths {
            guard let model = layer as? Model else { continue }
            let setting =
                model.preprocessingSetting != .inherited
                ? model.preprocessingSetting : model.ownInput?.preprocessingSetting ?? .inherited
            if setting != .inherited { result[path] = setting }
        }
        return result
    }
}
