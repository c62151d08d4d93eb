import ThawTensor

extension Tensor {
    /// Copies the rows of `other` over this tensor's rows from `first` on; both have rows of one size
    /// and type.
    mutating func replaceRows(from first: Int, with other: Tensor) {
        let rowBytes = count / Swift.max(1, shape[0]) * dtype.byteCount
        withUnsafeMutableBytes { target in
            other.withUnsafeBytes { source in
                UnsafeMutableRawBufferPointer(rebasing: target[(first * rowBytes)...]).copyMemory(
                    from: source)
            }
        }
    }
}
