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

    init(name: String, initialValue: Tensor, thread: EngineThread) throws(EngineError) {
        let stored = try StoredType(initialValue.dtype, what: "variable \(name)")
        self.name = name
        self.type = TensorType(initialValue.shape, initialValue.dtype)
        self.thread = thread
        data = .allocate(byteCount: max(64, initialValue.count * stored.byteCount), alignment: 64)
        versionPointer = .allocate(capacity: 1)
        versionPointer.initialize(to: 1)
        stored.copy(initialValue, to: data)
    }

    deinit {
        data.deallocate()
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
