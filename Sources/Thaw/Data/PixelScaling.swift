import ThawTensor

/// Turns image bytes into numbers from 0 to 1.
enum PixelScaling {
    /// Each byte's exact quotient by 255, rounded to `Float` once.
    private static let table = (0...255).map { Float($0) / 255 }

    /// `pixels / 255` as `float32`, of a `uint8` tensor.
    static func unit(_ pixels: Tensor) -> Tensor {
        Tensor(shape: pixels.shape, dtype: .float32) { buffer in
            unit(pixels, into: buffer.bindMemory(to: Float.self))
        }
    }

    /// As above, into memory of the same count.
    static func unit(_ pixels: Tensor, into output: UnsafeMutableBufferPointer<Float>) {
        precondition(output.count == pixels.count, "PixelScaling: the output does not fit \(pixels.shape)")
        pixels.withUnsafeBufferPointer(as: UInt8.self) { pixels in
            table.withUnsafeBufferPointer { table in
                for index in pixels.indices { output[index] = table[Int(pixels[index])] }
            }
        }
    }
}
