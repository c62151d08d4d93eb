import ArgumentParser
import Thaw

/// The options of commands that run a model on data.
struct InputOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .unconditional, help: "How many samples are computed together. (default: 32)",
        transform: WholeNumber.from(1...65536))
    var batchSize = 32

    @OptionGroup var preprocessing: Preprocessing

    /// The inputs as the model is to see them.
    func prepared(_ inputs: [Tensor]) throws -> [Tensor] { try inputs.map(preprocessing.apply) }
}
