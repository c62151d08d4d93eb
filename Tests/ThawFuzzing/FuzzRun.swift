public import Foundation
import ThawTensor

/// What reading some damaged files came to.
public struct FuzzReport: Codable, Sendable {
    /// How many files were read in full.
    public var read = 0
    /// How many were refused with an error.
    public var refused = 0
    /// The longest time, in seconds, and of which file.
    public var slowest = 0.0
    /// Its number.
    public var slowestFile = 0
    /// The most memory that a file took, in bytes.
    public var mostMemory = 0
    /// Its number.
    public var mostMemoryFile = 0
    /// The most memory beyond the fixed allowance, as a multiple of the file's size.
    public var largestMultiple = 0.0
    /// What went wrong: the number of the file, and what happened.
    public var failures: [String] = []

    /// Nothing read yet.
    public init() {}

    /// The number of files.
    public var count: Int { read + refused }

    /// Adds what another run came to.
    public mutating func merge(_ other: FuzzReport) {
        read += other.read
        refused += other.refused
        if other.slowest > slowest { (slowest, slowestFile) = (other.slowest, other.slowestFile) }
        if other.mostMemory > mostMemory {
            (mostMemory, mostMemoryFile) = (other.mostMemory, other.mostMemoryFile)
        }
        largestMultiple = max(largestMultiple, other.largestMultiple)
        failures += other.failures
    }
}

/// Reads damaged files of one format and watches time and memory.
public struct FuzzRun {
    /// How the memory that a file takes is measured.
    public struct Meter {
        let reset: () -> Void
        let peak: () -> Int

        /// - Parameters:
        ///   - reset: starts anew.
        ///   - peak: the most bytes since.
        public init(reset: @escaping () -> Void, peak: @escaping () -> Int) {
            self.reset = reset
            self.peak = peak
        }

        /// Measures nothing.
        public static var none: Meter { Meter(reset: {}, peak: { 0 }) }
    }

    /// The longest that a file may take, in seconds.
    public static let longest = 1.0
    /// A file may take this many bytes...
    public static let memoryAllowance = 32 << 20
    /// ...and so many times its size.
    public static let memoryMultiple = 32

    /// What is read.
    public let format: FuzzFormat
    private let seed: UInt64
    private let meter: Meter
    private let url: URL

    /// - Parameters:
    ///   - format: what is read.
    ///   - seed: where damage comes from; the n-th file of a seed is always the same.
    ///   - folder: where files are written that must be files.
    ///   - meter: how memory is measured.
    public init(_ format: FuzzFormat, seed: UInt64, folder: URL, meter: Meter = .none) {
        self.format = format
        self.seed = seed
        self.meter = meter
        url = folder.appending(path: "mutant.\(format.ending ?? "bin")")
    }

    /// The n-th file.
    ///
    /// - Throws: if it cannot be made.
    public func file(_ number: Int) throws -> [UInt8] {
        var stream = RandomStream(seed: seed).derived(format.name).derived(UInt64(number))
        return try format.mutant(&stream)
    }

    /// Reads the files of some numbers.
    ///
    /// - Parameter starting: called before each file is read.
    /// - Throws: if a file cannot be made or written.
    public func read(_ numbers: Range<Int>, starting: (Int) -> Void = { _ in }) throws -> FuzzReport {
        var report = FuzzReport()
        for number in numbers {
            starting(number)
            let bytes = try file(number)
            if format.ending != nil { try Data(bytes).write(to: url) }
            meter.reset()
            var (wasRead, seconds) = attempt(bytes)
            let memory = meter.peak()
            // Once more, since anything may hold up a process for a moment.
            if seconds > Self.longest { seconds = min(seconds, attempt(bytes).seconds) }
            wasRead ? (report.read += 1) : (report.refused += 1)
            if seconds > report.slowest { (report.slowest, report.slowestFile) = (seconds, number) }
            if memory > report.mostMemory { (report.mostMemory, report.mostMemoryFile) = (memory, number) }
            let multiple = Double(memory - Self.memoryAllowance) / Double(max(1, bytes.count))
            report.largestMultiple = max(report.largestMultiple, multiple)
            if seconds > Self.longest { report.failures.append("file \(number) took \(seconds) s") }
            if multiple > Double(Self.memoryMultiple) {
                report.failures.append(
                    "file \(number) of \(bytes.count) bytes took \(memory) bytes of memory")
            }
        }
        return report
    }

    private func attempt(_ bytes: [UInt8]) -> (wasRead: Bool, seconds: Double) {
        let start = ContinuousClock.now
        var wasRead = true
        do {
            try format.read(bytes, url)
        } catch {
            wasRead = false
        }
        return (wasRead, (ContinuousClock.now - start) / .seconds(1))
    }
}
