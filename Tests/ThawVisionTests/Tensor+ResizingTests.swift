import Testing
import ThawTensor
import ThawVision

@Suite struct TensorResizingTests {
    private static let names: [String: Resampling] = [
        "nearest": .nearest, "bilinear": .bilinear, "bicubic": .bicubic,
    ]

    @Test func everyBitIsPillows() throws {
        let cases = try Fixtures.resizings()
        #expect(cases.count == 180)
        for example in cases {
            let pixels = try Fixtures.tensor(example.shape, example.pixels)
            let resampling = try #require(Self.names[example.resampling])
            let ours = pixels.resizedImage(
                height: example.size[0], width: example.size[1], resampling: resampling)
            let expected = try Fixtures.tensor(example.size + [example.shape[2]], example.result)
            #expect(ours == expected, "\(example.resampling) \(example.shape) to \(example.size)")
        }
    }

    @Test func theSameSizeIsTheSamePicture() {
        let pixels = Tensor(shape: [5, 7, 3], scalars: (0..<105).map { UInt8($0 * 2) })
        for resampling in Resampling.allCases {
            #expect(pixels.resizedImage(height: 5, width: 7, resampling: resampling) == pixels)
        }
    }

    @Test(arguments: 1...4) func channelsDoNotMix(_ channels: Int) throws {
        let (height, width) = (19, 23)
        var stream = RandomStream(seed: 3)
        let planes = (0..<channels).map { _ in
            Tensor(
                shape: [height, width, 1],
                scalars: (0..<height * width).map { _ in UInt8(truncatingIfNeeded: stream.nextUInt32()) })
        }
        let image = Tensor.concatenate(planes, axis: 2)
        for resampling in Resampling.allCases {
            for (newHeight, newWidth) in [(7, 40), (33, 5), (1, 1)] {
                func resized(_ tensor: Tensor) -> Tensor {
                    tensor.resizedImage(height: newHeight, width: newWidth, resampling: resampling)
                }
                #expect(resized(image) == Tensor.concatenate(planes.map(resized), axis: 2))
            }
        }
    }
}
