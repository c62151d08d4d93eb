import Foundation
import Thaw

/// The groups of tensors in a file that holds weights only.
struct WeightsSummary: Codable, Equatable {
    /// Tensors whose names differ in the last part only: most often a layer.
    struct Group: Codable, Equatable {
        let name: String
        var tensors = 0
        var parameters = 0
    }

    let file: String
    let holds: String
    let format: String
    let dictionary: TensorDictionary?
    private(set) var groups: [Group] = []
    private(set) var tensors = 0
    private(set) var parameters = 0

    init(_ file: TensorFile) throws {
        try file.requireTensors()
        self.file = file.file
        holds = "weights"
        format = file.title
        dictionary = file.dictionary
        var places: [String: Int] = [:]
        for entry in file.entries {
            let count = try entry.read().count
            let name = Self.group(of: entry.name)
            let place = places[name] ?? groups.count
            if place == groups.count {
                groups.append(Group(name: name))
                places[name] = place
            }
            groups[place].tensors += 1
            groups[place].parameters += count
            tensors += 1
            parameters += count
        }
    }

    /// A name without its last part, which a slash or, in PyTorch's names, a full stop divides off.
    static func group(of name: String) -> String {
        let separator: Character = name.contains("/") ? "/" : "."
        guard let place = name.lastIndex(of: separator) else { return "(no group)" }
        return String(name[..<place])
    }

    var text: String {
        var table = TextTable([("group", .left), ("tensors", .right), ("parameters", .right)])
        for group in groups {
            table.add([group.name, NumberText.grouped(group.tensors), NumberText.grouped(group.parameters)])
        }
        return """
            \(file): \(format)
            \(table.text)
            \(NumberText.count(tensors, "tensor")), \(NumberText.count(parameters, "parameter"))
            The file holds weights only: no layers, no loss, no optimizer.
            """ + (dictionary?.text.map { "\n\($0)" } ?? "")
    }
}
