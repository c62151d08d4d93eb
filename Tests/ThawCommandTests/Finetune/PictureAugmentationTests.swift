import Testing
import Thaw

@testable import ThawCommand

/// Flipped and cropped views.
@Suite struct PictureAugmentationTests {
    /// A picture whose red grows from left to right and whose green grows from top to bottom.
    private var ramp: Tensor {
        var pixels: [UInt8] = []
        for row in 0..<40 {
            for column in 0..<60 { pixels += [UInt8(4 * column), UInt8(6 * row), 7] }
        }
        return Tensor(shape: [40, 60, 3], scalars: pixels)
    }

    @Test func viewsShowAPartOfThePicture() {
        let picture = ramp
        var flips = 0
        var stream = RandomStream(seed: 4)
        for _ in 0..<200 {
            let view = PictureAugmentation.view(of: picture, &stream)
            #expect(view.shape == picture.shape && view.dtype == .uint8)
            let pixels = view.ints
            func red(_ column: Int) -> Int { pixels[(20 * 60 + column) * 3] }
            func green(_ row: Int) -> Int { pixels[(row * 60 + 30) * 3 + 1] }
            let width = abs(red(59) - red(0))
            // At least four fifths are left, and up stays up.
            #expect(width >= 4 * 45 && width <= 4 * 59)
            #expect(green(39) - green(0) >= 6 * 29)
            if red(59) < red(0) { flips += 1 }
        }
        #expect((70...130).contains(flips))
    }

    @Test func thePartIsExact() {
        let picture = Tensor(shape: [1, 1, 3], scalars: [1, 2, 3] as [UInt8])
        var stream = RandomStream(seed: 1)
        #expect(PictureAugmentation.view(of: picture, &stream) == picture)
    }

    @Test func viewsRepeat() throws {
        let pictures = Tensor.stack([ramp, ramp])
        let data = PictureAugmentation.views(2, of: try Dataset(pictures, Tensor([Int32(0), 1])))
        #expect(!data.isDeterministic)
        let first = try data.sample(at: 0, seed: 1, epoch: 0).inputs[0]
        #expect(try data.sample(at: 0, seed: 1, epoch: 0).inputs[0] == first)
        #expect(try data.sample(at: 0, seed: 1, epoch: 1).inputs[0] != first)
    }
}
