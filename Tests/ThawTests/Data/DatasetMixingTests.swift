import Testing

@testable import Thaw

/// Mixup and CutMix.
@Suite struct DatasetMixingTests {
    /// Images of one value, their number, and their class as target.
    private static func images(_ count: Int) throws -> Dataset {
        let values = (0..<count).flatMap { [Float](repeating: Float($0), count: 4 * 6) }
        return try Dataset(
            Tensor(shape: [count, 4, 6, 1], scalars: values),
            Tensor((0..<count).map { Int32($0 % 3) }))
    }

    @Test func mixup() throws {
        let data = try Self.images(40).mixedUp(alpha: 0.4, classes: 3)
        var shares: [Double] = []
        for position in 0..<40 {
            let sample = try data.sample(at: position, seed: 5, epoch: 2)
            let values = Set(sample.inputs[0].floats)
            #expect(values.count == 1 && sample.inputs[0].shape == [4, 6, 1])
            let target = sample.targets[0].doubles
            #expect(target.count == 3)
            #expect(abs(target.reduce(0, +) - 1) < 1e-6)
            let share = target[position % 3]
            // A partner of the same class leaves the target whole.
            if share < 1 {
                shares.append(share)
                let value = Double(values.first ?? 0)
                let other = (value - share * Double(position)) / (1 - share)
                guard share < 0.999 else { continue }
                #expect(abs(other - other.rounded()) < 0.05)
                #expect(other > -0.5)
                #expect(other < 39.5)
                #expect(target[Int(other.rounded()) % 3] > 0)
            }
        }
        #expect(shares.count > 15 && Set(shares).count == shares.count)
    }

    @Test func cutMix() throws {
        let data = try Self.images(30).cutMixed(classes: 3)
        var cut = 0
        for position in 0..<30 {
            let sample = try data.sample(at: position, seed: 1)
            let values = sample.inputs[0].floats
            let own = values.filter { $0 == Float(position) }.count
            let others = Set(values).subtracting([Float(position)])
            #expect(others.count <= 1)
            guard let other = others.first, Int(other) % 3 != position % 3 else { continue }
            cut += 1
            let target = sample.targets[0].doubles
            #expect(abs(target[position % 3] - Double(own) / 24) < 1e-6)
            #expect(abs(target[Int(other) % 3] - Double(24 - own) / 24) < 1e-6)
            // A rectangle: every row that has some of the other has it in the same columns.
            let rows = (0..<4).map { row in (0..<6).filter { values[row * 6 + $0] == other } }
            #expect(Set(rows.filter { !$0.isEmpty }).count == 1)
        }
        #expect(cut > 8)
    }

    @Test(arguments: [0.2, 1, 3]) func sharesAreBetaDistributed(_ alpha: Double) {
        var stream = RandomStream(seed: 8)
        let numbers = (0..<20_000).map { _ in stream.beta(alpha) }
        #expect(numbers.allSatisfy { (0...1).contains($0) })
        let mean = numbers.reduce(0, +) / 20_000
        let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        #expect(abs(mean - 0.5) < 0.012)
        let expected: Double = 1 / (4 * (2 * alpha + 1))
        #expect(abs(variance / expected - 1) < 0.05)
    }

    /// The same seed and epoch give the same, however the samples are read; another epoch gives others.
    @Test func reproducible() throws {
        let data = try Self.images(20).map(random: { x, y, stream in (x + Double(stream.uniform()), y) })
            .mixedUp(classes: 3)
        func all(_ data: Dataset, epoch: Int) throws -> [Tensor] {
            let reader = try data.reader(of: 6, seed: 3, epoch: epoch)
            var samples: [Int: Tensor] = [:]
            while let batch = try reader.next() {
                for (row, identity) in batch.identities.enumerated() {
                    samples[identity] = batch.inputs[0][row]
                }
            }
            return samples.keys.sorted().compactMap { samples[$0] }
        }
        let first = try all(data, epoch: 1)
        #expect(try all(data.prefetch(2, threads: 2), epoch: 1) == first)
        #expect(try all(data, epoch: 2) != first)
        #expect(try data.sample(at: 7, seed: 3, epoch: 1).inputs[0] == first[7])
        #expect(!data.isDeterministic)
    }

    /// After a split, samples are mixed with those of their own part.
    @Test func partsStayApart() throws {
        let data = try Self.images(40).mixedUp(alpha: 1, classes: 3).prefix(5)
        for position in 0..<5 {
            let value = try data.sample(at: position, seed: 2).inputs[0].floats[0]
            #expect(value <= 4)
        }
    }

    @Test func aModelTrainsOnThem() throws {
        let model = Sequential(seed: 1) {
            Flatten(inputShape: [4, 6, 1])
            Dense(3, activation: .softmax)
        }
        try model.compile(optimizer: .sgd(learningRate: 1e-4), loss: .categoricalCrossentropy)
        let data = try Self.images(24).mixedUp(classes: 3)
        #expect(try model.fit(data, batchSize: 8, epochs: 2, verbosity: .silent).loss[1].isFinite)
        let cut = try Self.images(24).cutMixed(classes: 3)
        #expect(try model.fit(cut, batchSize: 8, epochs: 1, verbosity: .silent).loss[0].isFinite)
    }

    @Test func refusals() throws {
        let data = try Self.images(6)
        for alpha in [0, -1, Double.nan, .infinity] {
            #expect(throws: DatasetError.self) { try data.mixedUp(alpha: alpha) }
            #expect(throws: DatasetError.self) { try data.cutMixed(alpha: alpha) }
        }
        #expect(throws: DatasetError.self) { try data.mixedUp(classes: 0) }
        let labels = #expect(throws: DatasetError.self) { try data.mixedUp().sample(at: 0) }
        #expect(labels?.description.contains("give the number of classes") == true)
        let few = #expect(throws: DatasetError.self) {
            for position in 0..<6 { _ = try data.mixedUp(classes: 2).sample(at: position) }
        }
        #expect(few?.description.contains("an integer label from 0 to 1") == true)
        let rows = try Dataset(Tensor.zeros([3, 5]), Tensor.zeros([3, 2]))
        #expect(try rows.mixedUp().sample(at: 0).targets[0].shape == [2])
        let images = #expect(throws: DatasetError.self) { try rows.cutMixed().sample(at: 0) }
        #expect(images?.description.contains("[height, width, channels]") == true)
    }
}
