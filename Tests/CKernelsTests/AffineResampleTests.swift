import CKernels
import Testing

@Suite struct AffineResampleTests {
    struct Size: CustomTestStringConvertible, Sendable {
        let (count, height, width, channels, outHeight, outWidth): (Int, Int, Int, Int, Int, Int)
        var testDescription: String {
            "\(count) x \(height) x \(width) x \(channels) to \(outHeight) x \(outWidth)"
        }
    }

    static let sizes = [
        Size(count: 1, height: 1, width: 1, channels: 1, outHeight: 3, outWidth: 2),
        Size(count: 3, height: 5, width: 4, channels: 3, outHeight: 5, outWidth: 4),
        Size(count: 2, height: 2, width: 7, channels: 17, outHeight: 9, outWidth: 1),
        Size(count: 5, height: 8, width: 8, channels: 2, outHeight: 4, outWidth: 11),
    ]
    private static let fill: Float = 1.5

    /// A pixel of the infinite image.
    private func pixel(
        _ values: ArraySlice<Float>, _ size: Size, _ row: Int, _ column: Int, _ channel: Int, _ mode: Int
    ) -> (place: Int?, value: Double) {
        func inside(_ place: Int, _ size: Int) -> Int? {
            if (0..<size).contains(place) { return place }
            switch mode {
            case THAW_FILL_CONSTANT: return nil
            case THAW_FILL_NEAREST: return place < 0 ? 0 : size - 1
            case THAW_FILL_REFLECT: return inside(place < 0 ? -1 - place : 2 * size - 1 - place, size)
            default: return inside(place < 0 ? place + size : place - size, size)
            }
        }
        guard let row = inside(row, size.height), let column = inside(column, size.width) else {
            return (nil, Double(Self.fill))
        }
        let place = (row * size.width + column) * size.channels + channel
        return (place, Double(values[values.startIndex + place]))
    }

    @Test(
        arguments: sizes,
        [THAW_FILL_CONSTANT, THAW_FILL_NEAREST, THAW_FILL_REFLECT, THAW_FILL_WRAP])
    func forwardsAndBackwards(_ size: Size, _ mode: Int) {
        for interpolation in [THAW_NEAREST_PIXEL, THAW_BILINEAR_PIXELS] {
            for threads in [1, 2, 3] { check(size, mode, interpolation, threads) }
        }
    }

    private func check(_ size: Size, _ mode: Int, _ interpolation: Int, _ threads: Int) {
        var random = TestRandom(11)
        let elements = size.height * size.width * size.channels
        let outputs = size.outHeight * size.outWidth * size.channels
        let values = random.floats(size.count * elements)
        let gradients = random.floats(size.count * outputs)
        let transforms = random.floats(6 * size.count, -2, 2)
        let (images, changes) = (Memory(values), Memory(transforms))
        let result = Memory<Float>(count: size.count * outputs)
        var context = thaw_affine_resample(
            input: images.pointer, transforms: changes.pointer, output: result.pointer,
            count: Int64(size.count), height: Int64(size.height), width: Int64(size.width),
            channels: Int64(size.channels), output_height: Int64(size.outHeight),
            output_width: Int64(size.outWidth), fill: Self.fill, interpolation: Int32(interpolation),
            mode: Int32(mode), threads: Int32(threads))
        thaw_affine_resample_run(&context)

        let (upstream, sums) = (Memory(gradients), Memory<Float>(count: size.count * elements))
        context.input = UnsafePointer(upstream.pointer)
        context.output = sums.pointer
        thaw_affine_resample_gradient_run(&context)

        var wanted = [Double](repeating: 0, count: size.count * outputs)
        var wantedSums = [Double](repeating: 0, count: size.count * elements)
        for place in wanted.indices {
            let (image, inImage) = (place / outputs, place % outputs)
            let (y, x) = (
                inImage / (size.outWidth * size.channels), inImage / size.channels % size.outWidth
            )
            let t = (0..<6).map { Double(transforms[6 * image + $0]) }
            let column = t[0] * Double(x) + t[1] * Double(y) + t[2]
            let row = t[3] * Double(x) + t[4] * Double(y) + t[5]
            func around(_ place: Double) -> [(Int, Double)] {
                if interpolation == THAW_NEAREST_PIXEL { return [(Int((place + 0.5).rounded(.down)), 1)] }
                let low = place.rounded(.down)
                return [(Int(low), 1 - (place - low)), (Int(low) + 1, place - low)]
            }
            for (r, rowWeight) in around(row) {
                for (c, columnWeight) in around(column) {
                    let source = pixel(
                        values[image * elements..<(image + 1) * elements], size, r, c,
                        inImage % size.channels, mode)
                    wanted[place] += rowWeight * columnWeight * source.value
                    if let inside = source.place {
                        wantedSums[image * elements + inside] +=
                            rowWeight * columnWeight * Double(gradients[place])
                    }
                }
            }
        }
        #expect(result.isIntact && sums.isIntact)
        for (got, want) in zip(result.values, wanted) { #expect(abs(Double(got) - want) < 2e-6) }
        for (got, want) in zip(sums.values, wantedSums) {
            #expect(abs(Double(got) - want) < 2e-6 * max(1, abs(want)) * 10)
        }
    }

    @Test func notANumber() {
        let images = Memory([1, 2, 3, 4] as [Float])
        let transforms = Memory([1, 0, .nan, 0, 1, 0] as [Float])
        let result = Memory<Float>(count: 4)
        var context = thaw_affine_resample(
            input: images.pointer, transforms: transforms.pointer, output: result.pointer, count: 1,
            height: 2, width: 2, channels: 1, output_height: 2, output_width: 2, fill: 0,
            interpolation: Int32(THAW_BILINEAR_PIXELS), mode: Int32(THAW_FILL_WRAP), threads: 1)
        thaw_affine_resample_run(&context)
        #expect(result.values.allSatisfy { $0.isNaN })
        thaw_affine_resample_gradient_run(&context)
        #expect(result.values == [0, 0, 0, 0])
        transforms.pointer[2] = 1e30
        thaw_affine_resample_run(&context)
        #expect(result.values.allSatisfy { $0.isNaN } && result.isIntact)
    }
}
