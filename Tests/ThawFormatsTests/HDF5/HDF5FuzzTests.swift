import Foundation
import Testing
import ThawFuzzing
import ThawTensor

@testable import ThawFormats

/// Mutants of every fixture: an error or contents, never the end of the process, never a second of time.
///
/// `THAW_FUZZ_ROUNDS` says how many, of all fixtures together.
@Suite struct HDF5FuzzTests {
    static let rounds = ProcessInfo.processInfo.environment["THAW_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 1500

    @Test func mutants() throws {
        let files = try HDF5Fixtures.names().map { ($0, try HDF5Fixtures.bytes($0)) }
        var stream = RandomStream(
            seed: UInt64(ProcessInfo.processInfo.environment["THAW_FUZZ_SEED"] ?? "") ?? 9)
        var (opened, errors, values, largest) = (0, 0, 0, 0)
        var slowest = Duration.zero
        for round in 0..<Self.rounds {
            let (name, whole) = files[round % files.count]
            var mutant = whole
            for _ in 0...Int(stream.nextUInt32() % 4) { HDF5Mutation.apply(to: &mutant, &stream) }
            // Most mutants would not get past their checksums.
            let verifies = stream.nextUInt32() % 4 == 0
            if Self.rounds > 20_000 { HDF5MutantKeeper.keep(mutant, verifies) }
            let duration = ContinuousClock().measure {
                do throws(FormatError) {
                    let file = try HDF5File(
                        mutant, file: name, contentsLimit: nil, verifiesChecksums: verifies)
                    opened += 1
                    var visitor = HDF5Visitor()
                    visitor.visit(file.root)
                    errors += visitor.errors
                    values += visitor.values
                    largest = max(largest, visitor.byteCount)
                    #expect(visitor.byteCount <= 16 * mutant.count + 16 << 20)
                } catch {
                    errors += 1
                }
            }
            slowest = max(slowest, duration)
            #expect(duration < .seconds(1), "round \(round), \(name)")
        }
        print(
            "\(Self.rounds) mutants: \(opened) opened, \(errors) errors, \(values) arrays and texts read,",
            "slowest \(slowest), largest contents \(largest) bytes")
        #expect(errors > Self.rounds / 10 && values > Self.rounds, "\(errors) errors, \(values) values")
    }
}

/// Leaves a mutant on the disk while it is read, so that one that ends the process can be looked at.
enum HDF5MutantKeeper {
    static func keep(_ bytes: [UInt8], _ verifies: Bool) {
        guard let folder = ProcessInfo.processInfo.environment["THAW_FUZZ_KEEP"] else { return }
        let url = URL(filePath: folder).appending(path: verifies ? "last.h5" : "last_unverified.h5")
        try? Data(bytes).write(to: url)
    }
}

/// Reads everything in a file, whatever errors there are.
struct HDF5Visitor {
    var errors = 0
    var values = 0
    var byteCount = 0

    mutating func visit(_ root: HDF5Group) {
        var open = [root]
        var seen: Set<Int> = [root.object.address]
        while let group = open.popLast() {
            visit(group.object)
            for name in attempt({ () throws(FormatError) in try group.names }) ?? [] {
                guard let node = attempt({ () throws(FormatError) in try group[name] }) ?? nil,
                    seen.insert(node.object.address).inserted
                else { continue }
                switch node {
                case .group(let inner): open.append(inner)
                case .dataset(let dataset):
                    visit(dataset.object)
                    count(attempt { () throws(FormatError) in try dataset.readTensor() })
                    count(attempt { () throws(FormatError) in try dataset.readStrings() })
                }
            }
        }
    }

    private mutating func visit(_ object: HDF5Object) {
        for attribute in attempt({ () throws(FormatError) in try HDF5Attributes(object) }).map({ Array($0) })
            ?? []
        {
            count(attempt { () throws(FormatError) in try attribute.tensor })
            count(attempt { () throws(FormatError) in try attribute.strings })
        }
    }

    private mutating func attempt<T>(_ body: () throws(FormatError) -> T) -> T? {
        do throws(FormatError) {
            return try body()
        } catch {
            errors += 1
            return nil
        }
    }

    private mutating func count(_ tensor: Tensor?) {
        guard let tensor else { return }
        values += 1
        byteCount += tensor.byteCount
    }

    private mutating func count(_ texts: [String]?) {
        guard let texts else { return }
        values += 1
        byteCount += texts.reduce(0) { $0 + $1.utf8.count + MemoryLayout<String>.stride }
    }
}
