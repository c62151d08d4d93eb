extension Tensor {
    /// The elements repeated along axes of extent 1 and along new leading axes until the tensor has `shape`.
    /// Copies, unless the shape is the same already. Traps when NumPy's broadcasting rule does not lead
    /// there.
    public func broadcast(to shape: [Int]) -> Tensor {
        if shape == self.shape { return self }
        guard let plan = BroadcastPlan(self.shape, shape), plan.shape == shape else {
            stop("broadcast(to:): shape \(self.shape) does not broadcast to \(shape)")
        }
        let result = Tensor(uninitialized: shape, dtype: dtype, operation: "broadcast(to:)")
        switch dtype.byteCount {
        case 1: repeatElements(plan, into: result, as: UInt8.self)
        case 2: repeatElements(plan, into: result, as: UInt16.self)
        case 4: repeatElements(plan, into: result, as: UInt32.self)
        default: repeatElements(plan, into: result, as: UInt64.self)
        }
        return result
    }

    /// The elements of this tensor, but those of `other` where `condition` differs from 0.
    ///
    /// All three broadcast to their common shape. The result has the type of both, or the promoted type when
    /// they differ.
    public func replacing(with other: Tensor, where condition: Tensor) -> Tensor {
        guard let common = TensorShape.broadcast(shape, other.shape),
            let shape = TensorShape.broadcast(common, condition.shape)
        else {
            stop(
                "replacing: \(shape), \(other.shape) and the condition's \(condition.shape) do not broadcast"
            )
        }
        let dtype = dtype == other.dtype ? dtype : DType.promoted(dtype, other.dtype)
        let flags = condition.cast(to: .bool).broadcast(to: shape)
        let replacements = other.cast(to: dtype).broadcast(to: shape)
        var result = cast(to: dtype).broadcast(to: shape)
        result.makeUnique()
        switch dtype.byteCount {
        case 1: result.replaceElements(from: replacements, where: flags, as: UInt8.self)
        case 2: result.replaceElements(from: replacements, where: flags, as: UInt16.self)
        case 4: result.replaceElements(from: replacements, where: flags, as: UInt32.self)
        default: result.replaceElements(from: replacements, where: flags, as: UInt64.self)
        }
        return result
    }

    private func repeatElements<T: FixedWidthInteger>(
        _ plan: BroadcastPlan, into result: Tensor, as type: T.Type
    ) {
        let input = storage.base.bindMemory(to: type, capacity: count)
        let output = result.storage.base.bindMemory(to: type, capacity: result.count)
        plan.forEachRun { start, _, position, length in
            if plan.leftStride == 0 {
                (output + position).update(repeating: input[start], count: length)
            } else {
                (output + position).update(from: input + start, count: length)
            }
        }
        withExtendedLifetime((storage, result.storage)) {}
    }

    private func replaceElements<T: FixedWidthInteger>(
        from replacements: Tensor, where flags: Tensor, as type: T.Type
    ) {
        let input = replacements.storage.base.bindMemory(to: type, capacity: count)
        let output = storage.base.bindMemory(to: type, capacity: count)
        flags.read(as: Bool.self) { flags in
            for index in 0..<count where flags[index] { output[index] = input[index] }
        }
        withExtendedLifetime((storage, replacements.storage)) {}
    }
}
