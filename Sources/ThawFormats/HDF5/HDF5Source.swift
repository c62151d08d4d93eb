/// The bytes of an HDF5 file, what its superblock says about them, and how much of them may still be read.
///
/// An intact file has every structure once, so that reading each of them once takes no longer than reading
/// the file. A hostile file points at the same bytes from many places; two budgets end that. `charge` counts
/// the bytes of structures that are parsed, `claim` the bytes that tensors and texts take in memory.
final class HDF5Source {
    let bytes: [UInt8]
    /// What errors call the file.
    let file: String
    /// Where the addresses in the file count from.
    var base = 0
    /// The number of bytes of an address.
    var addressSize = 8
    /// The number of bytes of a length.
    var lengthSize = 8
    /// Whether stored checksums are compared. Tests turn it off, so that damaged structures reach the
    /// parsers.
    let verifiesChecksums: Bool
    /// Collections of the global heap that were read, by address.
    var globalHeaps: [Int: [UInt16: Range<Int>]] = [:]
    /// Element types that objects share, by address.
    var sharedTypes: [Int: HDF5Datatype] = [:]

    private var structureBudget: Int
    private var contentsBudget: Int
    private let contentsLimit: Int
    private var claims: [Claim: Int] = [:]

    /// What takes memory: a place in the file as it is seen from an object.
    struct Claim: Hashable {
        var object: Int
        var place: Int
    }

    init(_ bytes: [UInt8], file: String, limit: Int?, verifiesChecksums: Bool) {
        self.bytes = bytes
        self.file = file
        self.verifiesChecksums = verifiesChecksums
        structureBudget = Self.budget(4, bytes.count, 1 << 20)
        contentsLimit = max(0, limit ?? Self.budget(16, bytes.count, 16 << 20))
        contentsBudget = contentsLimit
    }

    private static func budget(_ factor: Int, _ count: Int, _ constant: Int) -> Int {
        let (product, overflow) = count.multipliedReportingOverflow(by: factor)
        let (sum, carry) = product.addingReportingOverflow(constant)
        return overflow || carry ? .max : sum
    }

    /// A reader of `count` bytes at an address.
    func cursor(at address: Int, count: Int, of part: String) throws(FormatError) -> HDF5Cursor {
        let range = try range(at: address, count: count, of: part)
        try charge(count)
        return HDF5Cursor(source: self, range: range, part: part)
    }

    /// A reader of everything from an address on, for what has no known length. What is read of it is to be
    /// charged.
    func cursor(from address: Int, of part: String) throws(FormatError) -> HDF5Cursor {
        let range = try range(at: address, count: 0, of: part)
        return HDF5Cursor(source: self, range: range.lowerBound..<bytes.count, part: part)
    }

    /// The place in `bytes` of `count` bytes at an address.
    func range(at address: Int, count: Int, of part: String) throws(FormatError) -> Range<Int> {
        guard address >= 0, count >= 0, address <= bytes.count - base,
            count <= bytes.count - base - address
        else {
            throw FormatError(
                .truncated, file: file, what: "\(part) lies outside of this HDF5 file",
                expected: "at most \(bytes.count) bytes", got: "\(count) bytes at \(address)",
                remedy: "Get the file again")
        }
        return base + address..<base + address + count
    }

    /// Counts bytes of structures that are about to be parsed.
    func charge(_ count: Int) throws(FormatError) {
        guard count <= structureBudget else {
            throw malformed("its structures refer to the same bytes again and again")
        }
        structureBudget -= count
    }

    /// Counts memory that a tensor or text is about to take; a second time for the same claim costs nothing.
    func claim(_ count: Int, _ claim: Claim, of what: String) throws(FormatError) {
        let before = claims[claim] ?? 0
        guard count > before else { return }
        guard count - before <= contentsBudget else {
            throw FormatError(
                .tooLarge, file: file, what: "\(what) is too large for what this HDF5 file holds",
                expected: "at most \(contentsLimit) bytes in all", got: "\(count) bytes",
                remedy: "Raise contentsLimit if you trust the file")
        }
        contentsBudget -= count - before
        claims[claim] = count
    }

    /// Throws unless the four bytes behind `range` are its checksum.
    func verifyChecksum(_ range: Range<Int>, of part: String) throws(FormatError) {
        guard verifiesChecksums else { return }
        var cursor = HDF5Cursor(source: self, range: range.upperBound..<bytes.count, part: part)
        let stored = try cursor.unsigned(4)
        guard HDF5Checksum.lookup3(bytes, range) == UInt32(truncatingIfNeeded: stored) else {
            throw FormatError(
                .checksumMismatch, file: file, what: "the checksum of \(part) does not match its contents",
                remedy: "Get the file again")
        }
    }

    func malformed(_ what: String) -> FormatError {
        FormatError(
            .malformed, file: file, what: "this HDF5 file is damaged: \(what)", remedy: "Get the file again")
    }

    func unsupported(_ what: String, expected: String? = nil, got: String? = nil) -> FormatError {
        FormatError(
            .unsupported, file: file, what: what, expected: expected, got: got,
            remedy: "Write the file again as Keras and h5py do by default")
    }
}

/// A name from a file as it appears in errors: quoted and not too long.
func hdf5Quoted(_ name: String) -> String { "\"\(name.prefix(120))\"" }
