import ThawTensor

/// The elements of a dataset or attribute as they lie in the file, to become a tensor or texts.
struct HDF5Elements {
    let source: HDF5Source
    let type: HDF5Datatype
    /// `nil` for what holds nothing.
    let shape: [Int]?
    /// Exactly the bytes of all elements, row-major.
    let bytes: ArraySlice<UInt8>
    let claim: HDF5Source.Claim
    /// What errors call them.
    let what: String

    /// The bytes that elements of a shape take in the file.
    static func byteCount(
        _ source: HDF5Source, _ shape: [Int]?, _ type: HDF5Datatype, of what: String
    ) throws(FormatError) -> Int {
        guard let shape else { return 0 }
        // Extents of 0 must not hide an absurd product of the others. 8 bytes: what an element takes in a
        // tensor.
        let largest = TensorShape.elementCount(shape.map { max($0, 1) })
        guard let largest, !largest.multipliedReportingOverflow(by: max(8, type.byteCount)).overflow else {
            throw source.malformed("\(what) has the absurd shape \(shape)")
        }
        return shape.contains(0) ? 0 : largest * type.byteCount
    }

    private var count: Int { bytes.count / type.byteCount }

    // MARK: Numbers

    func tensor() throws(FormatError) -> Tensor {
        let shape = shape ?? [0]
        guard let dtype = type.element.dtype else {
            throw source.unsupported(
                "\(what) has elements that are no numbers that Thaw has", got: type.element.name)
        }
        try source.claim(count * dtype.byteCount, claim, of: what)
        if type.element == .bool, let other = bytes.first(where: { $0 > 1 }) {
            throw source.malformed("\(what) is of FALSE and TRUE, and has a \(other)")
        }
        let isBig = type.isBigEndian
        switch type.element {
        case .int8: return try integers(shape, Int8.self, Int32.self, isBig)
        case .int16: return try integers(shape, Int16.self, Int32.self, isBig)
        case .uint16: return try integers(shape, UInt16.self, Int32.self, isBig)
        case .uint32: return try integers(shape, UInt32.self, Int64.self, isBig)
        case .uint64: return try integers(shape, UInt64.self, Int64.self, isBig)
        default: return copied(shape, dtype, isBig)
        }
    }

    /// Elements that a tensor has as the file has them, but for the order of bytes.
    private func copied(_ shape: [Int], _ dtype: DType, _ isBigEndian: Bool) -> Tensor {
        let size = type.byteCount
        return Tensor(fillingAllOf: shape, dtype: dtype) { target in
            bytes.withUnsafeBytes { target.copyMemory(from: $0) }
            guard isBigEndian, size > 1 else { return }
            for start in stride(from: 0, to: target.count, by: size) {
                target[start..<start + size].reverse()
            }
        }
    }

    private func integers<Stored: FixedWidthInteger, Element: FixedWidthInteger>(
        _ shape: [Int], _ stored: Stored.Type, _ element: Element.Type, _ isBigEndian: Bool
    ) throws(FormatError) -> Tensor {
        var isTooLarge = false
        let dtype: DType = Element.bitWidth == 64 ? .int64 : .int32
        let result = Tensor(shape: shape, dtype: dtype) { target in
            bytes.withUnsafeBytes { source in
                for index in 0..<count {
                    let value = source.loadUnaligned(fromByteOffset: index * stored.bitWidth / 8, as: stored)
                    let number = isBigEndian ? Stored(bigEndian: value) : Stored(littleEndian: value)
                    if let exact = Element(exactly: number) {
                        target.storeBytes(of: exact, toByteOffset: index * element.bitWidth / 8, as: element)
                    } else {
                        isTooLarge = true
                    }
                }
            }
        }
        guard !isTooLarge else {
            throw source.unsupported("\(what) has whole numbers that do not fit into \(dtype)")
        }
        return result
    }

    // MARK: Texts

    func strings() throws(FormatError) -> [String] {
        if bytes.isEmpty { return [] }
        guard let text = type.text else {
            throw source.unsupported("\(what) was to hold texts", got: type.element.name)
        }
        var used = count * MemoryLayout<String>.stride
        try source.claim(used, claim, of: what)
        var result: [String] = []
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: type.byteCount) {
            let place =
                text == .variable
                ? try variable(start) : bytes[start..<start + type.byteCount]
            used += place.count
            try source.claim(used, claim, of: what)
            guard let string = String(validating: trimmed(place, text), as: UTF8.self) else {
                throw source.malformed("\(what) has a text that is not UTF-8")
            }
            result.append(string)
        }
        return result
    }

    private func trimmed(_ place: ArraySlice<UInt8>, _ text: HDF5Datatype.Text) -> ArraySlice<UInt8> {
        switch text {
        case .zeroTerminated, .variable: return place.prefix { $0 != 0 }
        case .zeroPadded, .spacePadded:
            let padding: UInt8 = text == .zeroPadded ? 0 : 0x20
            return place[..<((place.lastIndex { $0 != padding } ?? place.startIndex - 1) + 1)]
        }
    }

    /// A text in the global heap: its length, the address of its collection, its number there.
    private func variable(_ start: Int) throws(FormatError) -> ArraySlice<UInt8> {
        var reference = Array(bytes[start..<start + type.byteCount])
        func number(_ count: Int) -> UInt64 {
            let value = reference[..<count].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            reference.removeFirst(count)
            return value
        }
        let length = Int(number(4))
        let address = number(source.addressSize)
        let index = number(4)
        // No heap: the empty text.
        if length == 0 || address == 0 { return [] }
        guard let address = Int(exactly: address), let index = UInt16(exactly: index) else {
            throw source.malformed("\(what) refers to a heap outside of the file")
        }
        let range = try HDF5GlobalHeap.object(source, at: address, index: index)
        guard length <= range.count else {
            throw source.malformed("\(what) has a text that is longer than its place in the heap")
        }
        return source.bytes[range.lowerBound..<range.lowerBound + length]
    }
}
