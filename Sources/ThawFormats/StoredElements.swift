import ThawTensor

/// The element types of arrays in files of NumPy and PyTorch, and the tensors that they become.
///
/// | in the file | tensor |
/// |---|---|
/// | float16, bfloat16, float32, float64, uint8, int32, int64, bool | the same |
/// | int8, int16, uint16 | `int32` |
/// | uint32, and uint64 up to 2^63 - 1 | `int64` |
enum StoredElements {
    case bool, uint8, int8, uint16, int16, uint32, int32, uint64, int64
    case float16, bfloat16, float32, float64

    /// The bytes of one element in the file.
    var width: Int {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        }
    }

    /// The type of the tensor that is read.
    var dtype: DType {
        switch self {
        case .bool: .bool
        case .uint8: .uint8
        case .int8, .int16, .uint16, .int32: .int32
        case .uint32, .uint64, .int64: .int64
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .float32: .float32
        case .float64: .float64
        }
    }

    /// Where the elements of an array lie, in elements from the start of some bytes.
    struct Layout {
        var shape: [Int]
        var strides: [Int]
        var offset = 0

        /// The number of elements up to and with the last one; `nil` when it overflows, or an extent, a stride or the offset
        /// is negative.
        var end: Int? {
            guard offset >= 0, strides.allSatisfy({ $0 >= 0 }), shape.allSatisfy({ $0 >= 0 }) else {
                return nil
            }
            if shape.contains(0) { return offset }
            var last = offset
            for (extent, stride) in zip(shape, strides) {
                let (distance, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
                let (sum, carry) = last.addingReportingOverflow(distance)
                if overflow || carry { return nil }
                last = sum
            }
            let (end, overflow) = last.addingReportingOverflow(1)
            return overflow ? nil : end
        }
    }

    /// What no tensor can hold.
    enum Objection: Error {
        /// A byte of a bool that is neither 0 nor 1.
        case notBool(UInt8)
        /// A number of 2^63 or more.
        case tooLarge(UInt64)
    }

    /// The tensor whose elements lie in `bytes` as `layout` says; the caller has checked that all of them do.
    func tensor(
        _ bytes: UnsafeRawBufferPointer, _ layout: Layout, isBigEndian: Bool = false
    ) throws(Objection) -> Tensor {
        var objection: Objection?
        let tensor = Tensor(fillingAllOf: layout.shape, dtype: dtype) { target in
            do throws(Objection) {
                try decode(bytes, layout, isBigEndian: isBigEndian, into: target)
            } catch {
                objection = error
            }
        }
        if let objection { throw objection }
        return tensor
    }

    private func decode(
        _ bytes: UnsafeRawBufferPointer, _ layout: Layout, isBigEndian: Bool,
        into target: UnsafeMutableRawBufferPointer
    ) throws(Objection) {
        let isPlain = layout.strides == TensorShape.strides(layout.shape) && !(isBigEndian && width > 1)
        if isPlain, dtype.byteCount == width, self != .uint64, !target.isEmpty {
            let start = layout.offset * width
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + target.count])
            if self == .bool, let other = part.first(where: { $0 > 1 }) { throw .notBool(other) }
            target.copyMemory(from: part)
            return
        }
        switch self {
        case .bool:
            var other: UInt8 = 0
            gather(bytes, layout, isBigEndian, target) { (raw: UInt8) in
                other = max(other, raw)
                return min(raw, 1)
            }
            // What was written is 0 or 1, as the memory of a tensor must be.
            if other > 1 { throw .notBool(other) }
        case .uint8: gather(bytes, layout, isBigEndian, target) { (raw: UInt8) in raw }
        case .int8:
            gather(bytes, layout, isBigEndian, target) { (raw: UInt8) in Int32(Int8(bitPattern: raw)) }
        case .int16:
            gather(bytes, layout, isBigEndian, target) { (raw: UInt16) in Int32(Int16(bitPattern: raw)) }
        case .uint16: gather(bytes, layout, isBigEndian, target) { (raw: UInt16) in Int32(raw) }
        case .float16, .bfloat16: gather(bytes, layout, isBigEndian, target) { (raw: UInt16) in raw }
        case .uint32: gather(bytes, layout, isBigEndian, target) { (raw: UInt32) in Int64(raw) }
        case .int32, .float32: gather(bytes, layout, isBigEndian, target) { (raw: UInt32) in raw }
        case .int64, .float64: gather(bytes, layout, isBigEndian, target) { (raw: UInt64) in raw }
        case .uint64:
            var largest: UInt64 = 0
            gather(bytes, layout, isBigEndian, target) { (raw: UInt64) in
                largest = max(largest, raw)
                return raw
            }
            if largest > UInt64(Int64.max) { throw .tooLarge(largest) }
        }
    }

    /// Walks over the elements in row-major order.
    @inline(__always)
    private func gather<Raw: FixedWidthInteger, Element>(
        _ bytes: UnsafeRawBufferPointer, _ layout: Layout, _ isBigEndian: Bool,
        _ target: UnsafeMutableRawBufferPointer, _ convert: (Raw) -> Element
    ) {
        guard !layout.shape.contains(0), let base = bytes.baseAddress, let output = target.baseAddress else {
            return
        }
        let output0 = output.bindMemory(to: Element.self, capacity: 1)
        let extent = layout.shape.last ?? 1
        let stride = layout.strides.last ?? 1
        var index = [Int](repeating: 0, count: max(0, layout.shape.count - 1))
        var row = layout.offset
        var written = 0
        while true {
            for column in 0..<extent {
                let raw = base.loadUnaligned(
                    fromByteOffset: (row + column * stride) * MemoryLayout<Raw>.size, as: Raw.self)
                output0[written] = convert(isBigEndian ? raw.byteSwapped : raw)
                written += 1
            }
            var axis = index.count - 1
            while axis >= 0 {
                index[axis] += 1
                row += layout.strides[axis]
                if index[axis] < layout.shape[axis] { break }
                row -= layout.shape[axis] * layout.strides[axis]
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }
}
