public import ThawTensor

// Parts and mirror images of pictures, for maps of data:
//
//     let augmented = photos.map(random: { x, y, stream in
//         (stream.int(in: 0..<2) == 0 ? x : x.flippedHorizontally(), y)
//     })

extension Tensor {
    /// A picture `[h, w, c]`, of any element type, with left and right exchanged. Traps for other tensors.
    public func flippedHorizontally() -> Tensor {
        remade("flippedHorizontally", height: picture("flippedHorizontally").height) { row, column, width in
            (row, width - 1 - column)
        }
    }

    /// A picture `[h, w, c]`, of any element type, with top and bottom exchanged. Traps for other tensors.
    public func flippedVertically() -> Tensor {
        let height = picture("flippedVertically").height
        return remade("flippedVertically", height: height) { row, column, _ in (height - 1 - row, column) }
    }

    /// A part of a picture `[h, w, c]`, of any element type. What lies beyond the picture is 0.
    ///
    /// Traps for other tensors and for a height or width that is negative or above 2^30.
    ///
    /// - Parameters:
    ///   - top: the first row; negative above the picture.
    ///   - left: the first column; negative to the left of the picture.
    ///   - height: the number of rows.
    ///   - width: the number of columns.
    public func cropped(top: Int, left: Int, height: Int, width: Int) -> Tensor {
        remade("cropped", height: height, width: width) { row, column, _ in
            (row.addingReportingOverflow(top).partialValue, column.addingReportingOverflow(left).partialValue)
        }
    }

    private func picture(_ operation: String) -> (height: Int, width: Int, channels: Int) {
        precondition(rank == 3, "\(operation): a picture is [height, width, channels], not \(shape)")
        return (shape[0], shape[1], shape[2])
    }

    /// A picture whose pixels come from places of this one.
    private func remade(
        _ operation: String, height: Int, width: Int? = nil,
        from source: (_ row: Int, _ column: Int, _ width: Int) -> (row: Int, column: Int)
    ) -> Tensor {
        let (oldHeight, oldWidth, channels) = picture(operation)
        let width = width ?? oldWidth
        let possible = 0...1 << 30
        precondition(
            possible.contains(height) && possible.contains(width),
            "\(operation): sizes are 0 to \(possible.upperBound), not \(height) x \(width)")
        let bytes = channels * dtype.byteCount
        return Tensor(fillingAllOf: [height, width, channels], dtype: dtype) { target in
            withUnsafeBytes { pixels in
                for row in 0..<height {
                    for column in 0..<width {
                        let place = (row * width + column) * bytes
                        let part = UnsafeMutableRawBufferPointer(rebasing: target[place..<place + bytes])
                        let old = source(row, column, oldWidth)
                        if (0..<oldHeight).contains(old.row), (0..<oldWidth).contains(old.column) {
                            let first = (old.row * oldWidth + old.column) * bytes
                            part.copyMemory(
                                from: UnsafeRawBufferPointer(rebasing: pixels[first..<first + bytes]))
                        } else {
                            part.initializeMemory(as: UInt8.self, repeating: 0)
                        }
                    }
                }
            }
        }
    }
}
