import ArgumentParser
import Foundation

/// `thaw diff`: which parameters of two files differ.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say which parameters differ between two files, and by how much.",
        discussion: """
            The files hold models or weights, in any of the formats \(TensorFile.known), also in two of them: names are \
            compared with '/' and '.' taken as one, and without ':0'; what Keras 3 numbers in a .weights.h5 is compared with \
            what the other file has for the layer. If both are models, parameters that moved although \
            their layer is frozen in a file are marked. An optimizer's state is not compared.

            Without --tolerance parameters are equal if their bits are, or their values where the element types differ. \
            Ends with status 0 if all are equal, 1 if not, 2 if the files cannot be compared.
            """)

    @Argument(help: "A file.")
    var a: String

    @Argument(help: "Another file.")
    var b: String

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Take numbers as equal that differ by no more than this.", valueName: "number"),
        transform: { text in
            guard let number = Double(text), number >= 0, number.isFinite else {
                throw ValidationError("it must be a number of 0 or more.")
            }
            return number
        })
    var tolerance: Double?

    @OptionGroup var report: ReportOptions

    func run() throws {
        let difference: FileDifference
        do {
            let files = try [a, b].map { try TensorFile(URL(fileURLWithPath: $0)) }
            for file in files {
                if let dictionary = file.dictionary, let taken = dictionary.taken, !dictionary.others.isEmpty
                {
                    Console.remark("of \(file.file) the tensors of \(taken) are compared")
                }
            }
            difference = try FileDifference(files[0], files[1], tolerance: tolerance)
            try report.show(difference, text: \.text)
        } catch {
            // Status 1 says that the files differ.
            Console.current.remark("Error: \(error)\n")
            throw ExitCode(2)
        }
        guard difference.isEqual else { throw ExitCode(1) }
    }
}
