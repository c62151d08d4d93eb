import ArgumentParser

/// The option of every command that reports something.
struct ReportOptions: ParsableArguments {
    @Flag(name: .long, help: "Print the result as JSON, and nothing else, to standard output.")
    var json = false

    /// Prints a result in the form that was asked for.
    func show<Report: Encodable>(_ report: Report, text: (Report) throws -> String) throws {
        Console.print(try json ? JSONText.of(report) : text(report))
    }
}
