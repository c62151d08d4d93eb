import Testing

@testable import Thaw

@Suite struct PreprocessingTests {
    /// Two pixels of three channels.
    private let image = Tensor(shape: [1, 2, 3], scalars: [UInt8(0), 100, 255, 50, 128, 7])

    /// Numbers of keras.applications.imagenet_utils.preprocess_input, in float64.
    private static let kerasCases: [(Preprocessing, [Double])] = [
        (
            .tensorFlow,
            [-1, -0.21568627450980393, 1, -0.607843137254902, 0.00392156862745097, -0.9450980392156862]
        ),
        (.caffe, [151.061, -16.778999999999996, -123.68, -96.939, 11.221000000000004, -73.68]),
        (
            .torch,
            [
                -2.1179039301310043, -0.2850140056022407, 2.6399999999999997, -1.2616660673002825,
                0.20518207282913186, -1.6824400871459695,
            ]
        ),
        (.rawPixels, [0, 100, 255, 50, 128, 7]),
    ]

    @Test(arguments: kerasCases) func valuesAreKeras(_ preprocessing: Preprocessing, _ expected: [Double])
        throws
    {
        for x in [image, image.cast(to: .float32), image.cast(to: .int64)] {
            let result = try preprocessing(x)
            #expect(result.shape == x.shape && result.dtype == .float32)
            for (own, reference) in zip(result.floats, expected) {
                #expect(abs(Double(own) - reference) <= 1e-5 * 151)
            }
        }
        let batch = try preprocessing(image.reshaped(to: [1, 1, 2, 3]))
        #expect(batch.floats == (try preprocessing(image)).floats)
    }

    @Test func ranges() {
        #expect(Preprocessing.tensorFlow.range == -1...1)
        #expect(Preprocessing.rawPixels.range == 0...255)
        #expect(Preprocessing.caffe.range == -123.68...(255 - 103.939))
        #expect(abs(Preprocessing.torch.range.upperBound - 2.64) < 1e-9)
        #expect(abs(Preprocessing.tensorFlow.rangeOfTwice.lowerBound + 1.00784) < 1e-4)
        // Green stays in its place; blue first twice is red first again.
        #expect(abs(Preprocessing.caffe.rangeOfTwice.lowerBound + 2 * 116.779) < 1e-9)
        #expect(abs(Preprocessing.caffe.rangeOfTwice.upperBound - (255 - 103.939 - 123.68)) < 1e-9)
    }

    @Test func oneOfOnesOwn() throws {
        let own = try Preprocessing(divisor: 2, means: [1, 2, 3], deviations: [2])
        #expect(try own(image).floats == [-0.5, 24, 62.25, 12, 31, 0.25])
        #expect(own.description == "(pixel / 2 - [1, 2, 3]) / 2")
        #expect(Preprocessing.tensorFlow.description == "pixel / 127.5 - 1")
        #expect(Preprocessing.caffe.description == "pixel - [103.939, 116.779, 123.68], blue first")
        #expect(Preprocessing.rawPixels.description == "pixel")
    }

    @Test func whatCannotBe() {
        #expect(throws: TrainingError.self) { try Preprocessing(divisor: 0) }
        #expect(throws: TrainingError.self) { try Preprocessing(divisor: .nan) }
        #expect(throws: TrainingError.self) { try Preprocessing(divisor: 1, deviations: [0]) }
        #expect(throws: TrainingError.self) { try Preprocessing(divisor: 1, means: []) }
        #expect(throws: TrainingError.self) {
            try Preprocessing(divisor: 1, means: [1, 2, 3], deviations: [1, 2])
        }
        let grey = Tensor.zeros([1, 4, 4, 1])
        #expect(throws: TrainingError.self) { try Preprocessing.torch(grey) }
        #expect(throws: TrainingError.self) { try Preprocessing.caffe(grey) }
        #expect(throws: TrainingError.self) { try Preprocessing.torch(Tensor.zeros([3])) }
        #expect(throws: Never.self) { try Preprocessing.tensorFlow(grey) }
    }
}
