import Foundation
import ThawFormats
import ThawTensor

extension FuzzFormat {
    /// HDF5 in every form that the fixtures have. Most mutants would not get past their checksums, so most are read without.
    static func hdf5() throws -> [FuzzFormat] {
        let files = try Fixture.files("HDF5", ending: ".h5")
        return [true, false].map { verifies in
            FuzzFormat(
                verifies ? "hdf5" : "hdf5-inside", share: verifies ? 1 : 4,
                mutant: { stream in
                    var mutant = files[stream.pick(files.count)]
                    for _ in 0...stream.pick(4) { HDF5Mutation.apply(to: &mutant, &stream) }
                    return mutant
                }
            ) { bytes, _ in
                let file = try HDF5File(
                    bytes, file: "hdf5", contentsLimit: nil, verifiesChecksums: verifies)
                var visitor = HDF5Reading()
                visitor.read(.group(file.root), depth: 0)
                if visitor.isRefused { throw FuzzFailure(description: "parts were refused") }
            }
        }
    }
}

/// Reads everything in a file, whatever errors there are.
private struct HDF5Reading {
    var isRefused = false
    private var rest = 2000

    mutating func read(_ node: HDF5Node, depth: Int) {
        // Groups may contain themselves.
        guard rest > 0, depth < 8 else { return }
        rest -= 1
        for attribute in attempt({ try node.attributes }).map(Array.init) ?? [] {
            _ = attempt { try attribute.tensor }
            _ = try? attribute.strings
        }
        switch node {
        case .dataset(let dataset):
            _ = attempt { try dataset.readTensor() }
            _ = try? dataset.readStrings()
        case .group(let group):
            for name in attempt({ try group.names }) ?? [] {
                if let inner = attempt({ try group[name] }) ?? nil { read(inner, depth: depth + 1) }
            }
        }
    }

    private mutating func attempt<Value>(_ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch {
            isRefused = true
            return nil
        }
    }
}
