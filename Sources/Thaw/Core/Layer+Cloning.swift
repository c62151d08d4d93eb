extension Layer {
    /// A new layer with the same configuration, name and flags, and with weights of its own, made when
    /// it is built.
    ///
    /// - Throws: `ModelError.cannotClone` if the type does not say how.
    public final func clone() throws -> Self {
        let copy = try cloned()
        guard type(of: copy) == type(of: self), let result = copy as? Self else {
            throw ModelError.cannotClone(
                layer: name,
                reason: "its cloned() gives a \(copy.typeName), not a \(typeName); override it there.")
        }
        result.takeName(of: self)
        result.inputShape = inputShape
        result.ownsTrainableFlag = ownsTrainableFlag
        result.ownLearningRateMultiplier = ownLearningRateMultiplier
        if let model = self as? Model, let copy = result as? Model {
            copy.preprocessingSetting = model.preprocessingSetting
            (copy.inputKeys, copy.outputKeys) = (model.inputKeys, model.outputKeys)
            copy.classNames = model.classNames
        }
        return result
    }
}
