import Foundation
import ThawGraph
import ThawTensor

/// A variable in host memory, as the kernels read and write it.
final class OneDNNVariable: Variable, @unchecked Sendable {
    // Safety: contents and version are touched only on the engine's thread.
    let name: String
    let type: TensorType
    /// The elements, 64-byte aligned: float32, or int32 for integers; a bool is a float32 of 0 or 1.
    let data: UnsafeMutableRawPointer
    /// Where the version lives; executables raise it without going through the object.
    let versionPointer: UnsafeMutablePointer<UInt64>
    private let thread: EngineThread

    private let allocation: UnsafeMutableRawPointer

    convenience init(name: String, initialValue: Tensor, thread: EngineThread) throws(EngineError) {
        let stored = try StoredType(initialValue.dtype, what: "variable \(name)")
        try self.init(name: name, TensorType(initialValue.shape, initialValue.dtype), stored, thread)
        stored.copy(initialValue, to: data)
    }

    /// Zeros, in memory that the system gives when it is first touched.
    convenience init(name: String, zeros type: TensorType, thread: EngineThread) throws(EngineError) {
        try self.init(name: name, type, try StoredType(type.dtype, what: "variable \(name)"), thread)
    }

    private init(
        name: String, _ type: TensorType, _ stored: StoredType, _ thread: EngineThread
    ) throws(EngineError) {
        let alignment = 64
        guard TensorShape.byteCount(type.shape, dtype: .float64) != nil,
            let allocation = calloc(1, max(alignment, type.count * stored.byteCount) + alignment)
        else { throw .outOfMemory("there is no memory for variable \(name) of shape \(type.shape).") }
        self.name = name
        self.type = type
        self.thread = thread
        self.allocation = allocation
        data = allocation.alignedUp(toMultipleOf: alignment)
        versionPointer = .allocate(capacity: 1)
        versionPointer.initialize(to: 1)
    }

    deinit {
        free(allocation)
        versionPointer.deallocate()
    }

    var version: UInt64 { thread.perform { versionPointer.pointee } }

    func read() -> Tensor {
        thread.perform { StoredType.tensor(of: type, at: data) }
    }

    func write(_ tensor: Tensor) throws {
        guard tensor.shape == type.shape else {
            throw EngineError.mismatch(
                "variable \(name) has shape \(type.shape), not \(tensor.shape); give a tensor of its shape.")
        }
        let stored = try StoredType(type.dtype, what: "variable \(name)")
        thread.perform {
            stored.copy(tensor, to: data)
            versionPointer.pointee += 1
        }
    }
}
