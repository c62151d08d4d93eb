import Foundation
import Testing
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
            if Self.rounds > 20_000 { HDF5Mutation.keep(mutant, verifies) }
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

/// Changes to the bytes of a file.
enum HDF5Mutation {
    private static let numbers: [UInt64] = [
        0, 1, 2, 7, 255, 256, 65535, 65536, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 40, 1 << 60, 1 << 62, 1 << 63,
        .max, .max - 1, .max - 7, UInt64(Int.max),
    ]

    static func apply(to bytes: inout [UInt8], _ stream: inout RandomStream) {
        func pick(_ count: Int) -> Int { Int(stream.nextUInt32() % UInt32(max(1, count))) }
        guard bytes.count > 64 else { return }
        // Structures more often than data: half of the places are where something is that is not zero.
        var place = pick(bytes.count)
        if pick(2) == 0 { for _ in 0..<20 where bytes[place] == 0 { place = pick(bytes.count) } }
        switch pick(9) {
        case 0: bytes[place] ^= 1 << UInt8(pick(8))
        case 1: bytes[place] = UInt8(pick(256))
        case 2: bytes[place] = bytes[place] &+ UInt8(pick(2) == 0 ? 1 : 255)
        case 3, 4: put(numbers[pick(numbers.count)], width: [8, 8, 4, 2][pick(4)], place, &bytes)
        case 5: put(UInt64(pick(bytes.count + 16)), width: [8, 4][pick(2)], place, &bytes)
        case 6:
            // Another number of the file, as an address of another structure.
            let from = pick(bytes.count - 8) & ~7
            put(number(bytes, from), width: 8, place & ~7, &bytes)
        case 7:
            let from = pick(bytes.count)
            let count = min(1 + pick(64), bytes.count - max(from, place))
            bytes.replaceSubrange(place..<place + count, with: Array(bytes[from..<from + count]))
        default:
            if pick(4) == 0 {
                bytes.removeLast(pick(bytes.count))
            } else {
                put(
                    number(bytes, min(place, bytes.count - 8)) &+ UInt64(pick(32)) &- 16, width: 8, place,
                    &bytes)
            }
        }
    }

    private static func number(_ bytes: [UInt8], _ place: Int) -> UInt64 {
        bytes[place..<place + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }

    private static func put(_ value: UInt64, width: Int, _ place: Int, _ bytes: inout [UInt8]) {
        for offset in 0..<width where place + offset < bytes.count {
            bytes[place + offset] = UInt8(truncatingIfNeeded: value >> UInt64(8 * offset))
        }
    }

    /// Leaves a mutant on the disk while it is read, so that one that ends the process can be looked at.
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
