import ThawTensor

/// Makes the tensors of a ``PickleReader`` from the bytes of their storages, one storage after the other.
struct TorchStorages {
    let file: String
    let isBigEndian: Bool
    /// How many bytes the tensors, and the storages, may take together. Views may overlap and integers grow wider, but not
    /// without bounds.
    let budget: Int

    /// What a file of `count` bytes may unfold to.
    static func budget(fileSize count: Int) -> Int { 1 << 20 + 8 * count }

    /// The tensors of all views, in their order. Views that are equal share memory.
    ///
    /// - Parameter contents: gives the bytes of the storage of a key.
    func tensors(
        _ reader: PickleReader, contents: (String) throws(FormatError) -> ArraySlice<UInt8>
    ) throws(FormatError) -> [Tensor] {
        var users: [String: [Int]] = [:]
        var order: [String] = []
        for (index, view) in reader.views.enumerated() {
            let key = reader.storages[view.storage].key
            if users[key] == nil { order.append(key) }
            users[key, default: []].append(index)
        }
        var result = [Tensor?](repeating: nil, count: reader.views.count)
        var storageRest = budget
        var tensorRest = budget
        for key in order {
            let bytes = try contents(key)
            storageRest -= bytes.count
            guard storageRest >= 0 else { throw tooLarge() }
            var known: [Layout: Tensor] = [:]
            for index in users[key] ?? [] {
                let view = reader.views[index]
                let storage = reader.storages[view.storage]
                let layout = Layout(view: view, offset: storage.offset)
                if let tensor = known[layout] {
                    result[index] = tensor
                    continue
                }
                let size = try checkedSize(view, storage, byteCount: bytes.count, reader)
                tensorRest -= size
                guard tensorRest >= 0 else { throw tooLarge() }
                let tensor = try tensor(view, storage, bytes)
                known[layout] = tensor
                result[index] = tensor
            }
        }
        return result.compactMap { $0 }
    }

    private struct Layout: Hashable {
        var elements: StoredElements
        var offset: Int
        var shape: [Int]
        var strides: [Int]

        init(view: TorchView, offset: Int) {
            elements = view.elements
            self.offset = view.offset &+ offset
            shape = view.shape
            strides = view.strides
        }
    }

    /// The bytes that the tensor takes, once its elements are known to lie in the storage.
    private func checkedSize(
        _ view: TorchView, _ storage: TorchStorage, byteCount: Int, _ reader: PickleReader
    ) throws(FormatError) -> Int {
        let stored = storage.width.multipliedReportingOverflow(by: storage.count)
        guard !stored.overflow, stored.partialValue <= byteCount else {
            throw FormatError(
                .truncated, file: file,
                what: "the storage \"\(storage.key.prefix(80))\" is shorter than it claims",
                expected: "\(storage.count) elements", got: "\(byteCount) bytes", remedy: "Get the file again"
            )
        }
        let layout = StoredElements.Layout(shape: view.shape, strides: view.strides, offset: view.offset)
        // Extents of 0 must not hide an absurd product of the others.
        guard let end = layout.end,
            TensorShape.byteCount(view.shape.map { max($0, 1) }, dtype: .float64) != nil,
            let size = TensorShape.byteCount(view.shape, dtype: view.elements.dtype)
        else {
            throw reader.malformed("a tensor has the shape \(view.shape) and the strides \(view.strides)")
        }
        let (shifted, overflow) = end.addingReportingOverflow(storage.offset)
        let (last, wide) = shifted.multipliedReportingOverflow(by: view.elements.width)
        guard !overflow, !wide, last <= stored.partialValue else {
            throw reader.malformed(
                "a tensor of shape \(view.shape), strides \(view.strides) and offset \(view.offset) leaves its storage"
            )
        }
        return size
    }

    private func tensor(
        _ view: TorchView, _ storage: TorchStorage, _ bytes: ArraySlice<UInt8>
    ) throws(FormatError) -> Tensor {
        let layout = StoredElements.Layout(
            shape: view.shape, strides: view.strides, offset: view.offset + storage.offset)
        let result: Result<Tensor, StoredElements.Objection> = bytes.withUnsafeBytes { bytes in
            Result { () throws(StoredElements.Objection) in
                try view.elements.tensor(bytes, layout, isBigEndian: isBigEndian)
            }
        }
        switch result {
        case .success(let tensor): return tensor
        case .failure(let objection):
            throw objection.error(file: file, subject: "a tensor of shape \(view.shape)")
        }
    }

    private func tooLarge() -> FormatError {
        FormatError(
            .tooLarge, file: file, what: "the tensors unfold to far more than the file holds",
            expected: "at most \(budget) bytes", remedy: "Save expanded tensors with .contiguous()")
    }
}
