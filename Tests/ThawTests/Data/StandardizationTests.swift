import Testing
import ThawTensor

@testable import Thaw

@Suite struct StandardizationTests {
    let x = Tensor([[1, 10, 5], [3, 30, 5]] as [[Float]])

    @Test func statistics() {
        let standardization = Standardization(fitting: x)
        #expect(standardization.mean.floats == [2, 20, 5])
        // Divided by n, as NumPy's std does; constant elements are only shifted.
        #expect(standardization.deviation.floats == [1, 10, 1])
        #expect(standardization.apply(x).floats == [-1, -1, 0, 1, 1, 0])
        #expect(standardization.apply(x[1]).floats == [1, 1, 0])
    }

    @Test func largeMeansKeepTheirDeviation() {
        var stream = RandomStream(seed: 1)
        let values = stream.normalTensor([2000, 3]) * 0.01 + 1000
        let standard = Standardization(fitting: values).apply(values)
        let again = Standardization(fitting: standard)
        #expect(
            again.mean.isApproximatelyEqual(to: .zeros([3]), relativeTolerance: 0, absoluteTolerance: 1e-2))
        #expect(
            again.deviation.isApproximatelyEqual(
                to: .ones([3]), relativeTolerance: 1e-3, absoluteTolerance: 0))
    }

    @Test func bytesAreStandardised() {
        let bytes = x.cast(to: .uint8)
        #expect(Standardization(fitting: bytes).apply(bytes).dtype == .float32)
        #expect(Standardization(fitting: bytes).apply(bytes) == Standardization(fitting: x).apply(x))
    }

    @Test func datasetsUseTheTrainingSet() throws {
        let data = try DatasetTests.ten()
        let train = data.dropFirst(5).shuffled(seed: 4)
        let standardization = Standardization(fitting: train)
        #expect(standardization.mean.floats == [7, 70])
        let standard = data.standardized(by: standardization)
        #expect(standard.targets == data.targets)
        #expect(standard.inputs[0].floats[14...15] == [0, 0])
        #expect(train.standardized(by: standardization).identities == train.identities)
        let mapped = data.map { x, y in (x - 1, y) }.standardized(by: standardization)
        #expect(try mapped.sample(at: 8).inputs[0][element: 0] == 0)
    }
}
