import ArgumentParser

/// The option of commands that read a model whose file may leave sizes of its input open.
struct InputShapeOption: ParsableArguments {
    @Option(
        name: .customLong("input-shape"),
        help: ArgumentHelp(
            "The shape of a sample where the model takes any size, for example 224,224,3.", valueName: "sizes"
        ),
        transform: Self.sizes(of:))
    var sizes: [Int]?

    @Sendable private static func sizes(of text: String) throws -> [Int] {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let sizes = try parts.map { try WholeNumber.from(1...1 << 24)(String($0)) }
        guard sizes.count <= 8 else { throw ValidationError("it must be at most 8 sizes.") }
        return sizes
    }
}
