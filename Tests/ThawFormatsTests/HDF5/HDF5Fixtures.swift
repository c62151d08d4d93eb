import Foundation
import Testing
import ThawTensor

@testable import ThawFormats

/// The files that Fixtures/HDF5/make_hdf5.py made, and what h5py reads from them.
enum HDF5Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/HDF5")

    /// The names of all files in a folder, without their endings.
    static func names(in folder: URL = folder) -> [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".h5") }.map { String($0.dropLast(3)) }.sorted()
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: "\(name).h5")))
    }

    static func file(_ name: String) throws -> HDF5File { try HDF5File(bytes(name), file: name) }

    /// Compares a group with what h5py says about it.
    static func compare(_ group: HDF5Group, _ expected: Expected) throws {
        try compare(group.attributes, expected.attributes, group.path)
        #expect(try group.names == expected.members.map(\.name), "\(group.path)")
        for member in expected.members {
            if let link = member.link {
                if link == "seen" { continue }
                #expect(throws: FormatError.self) { try group[member.name] }
            } else if let inner = member.group {
                try compare(group.group(member.name), inner)
            } else if let value = member.dataset {
                let dataset = try group.dataset(member.name)
                try compare(dataset.attributes, member.attributes, dataset.path)
                try compare(
                    value, dataset.path, dataset.shape, dataset.elementType, dataset.readTensor,
                    dataset.readStrings)
            }
        }
    }

    private static func compare(
        _ attributes: HDF5Attributes, _ expected: [(String, Value)], _ path: String
    ) throws {
        #expect(attributes.names == expected.map(\.0), "\(path)")
        for (name, value) in expected {
            let attribute = try #require(attributes[name])
            try compare(
                value, "\(path)@\(name)", attribute.shape, attribute.elementType, { try attribute.tensor },
                { try attribute.strings })
        }
    }

    private static func compare(
        _ value: Value, _ path: String, _ shape: [Int]?, _ type: HDF5ElementType,
        _ tensor: () throws -> Tensor, _ strings: () throws -> [String]
    ) throws {
        #expect(shape == value.shape, "\(path)")
        switch value.type {
        case "text":
            #expect(type == .text, "\(path)")
            #expect(try strings() == value.values, "\(path)")
        case "opaque", "other":
            if type == .bfloat16 { break }
            let error = #expect(throws: FormatError.self, "\(path)") { try tensor() }
            #expect(error?.kind == .unsupported)
        default:
            if value.shape == nil { break }
            #expect(String(describing: type) == value.type, "\(path)")
            let numbers = try tensor()
            #expect(numbers.shape == value.shape, "\(path)")
            #expect(numbers.dtype == type.dtype)
            if numbers.dtype.isFloatingPoint {
                let expected = value.values.compactMap { Double($0) }
                let equal = zip(numbers.doubles, expected).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
                #expect(equal && expected.count == numbers.count, "\(path): \(numbers.doubles.prefix(40))")
            } else {
                #expect(numbers.scalars(as: Int64.self).map { String($0) } == value.values, "\(path)")
            }
        }
    }

    // MARK: What h5py says

    struct Value {
        var shape: [Int]?
        var type = ""
        var values: [String] = []

        init(_ json: Any?) {
            let fields = json as? [String: Any] ?? [:]
            shape = fields["shape"] as? [Int]
            type = fields["type"] as? String ?? ""
            values = fields["values"] as? [String] ?? []
        }
    }

    struct Member {
        var name: String
        var link: String?
        var group: Expected?
        var dataset: Value?
        var attributes: [(String, Value)] = []
    }

    struct Expected {
        var attributes: [(String, Value)]
        var members: [Member] = []

        init(_ json: Any?) {
            let fields = json as? [String: Any] ?? [:]
            attributes = Self.attributes(fields["attributes"])
            for pair in fields["members"] as? [[Any]] ?? [] {
                let content = pair[1] as? [String: Any] ?? [:]
                members.append(
                    Member(
                        name: pair[0] as? String ?? "", link: content["link"] as? String,
                        group: content["group"].map { Expected($0) },
                        dataset: content["dataset"].map { Value($0) },
                        attributes: Self.attributes(content["attributes"])))
            }
        }

        static func attributes(_ json: Any?) -> [(String, Value)] {
            (json as? [[Any]] ?? []).map { ($0[0] as? String ?? "", Value($0[1])) }
        }

        /// What stands beside a file.
        static func beside(_ name: String, in folder: URL) throws -> Expected {
            let data = try Data(contentsOf: folder.appending(path: "\(name).json"))
            return Expected(try JSONSerialization.jsonObject(with: data))
        }
    }
}
