public import Foundation
import Synchronization

/// Writes an event file that TensorBoard reads: numbers and histograms by name and step.
///
/// The file is a sequence of TFRecords (length, masked CRC-32C of the length, contents, masked CRC-32C of the contents), each
/// of them a Protocol Buffers message `Event`. Records go to the file one by one, so that a running training can be
/// watched, and what was written before a crash can be read.
public final class EventFileWriter {
    /// The file.
    public let url: URL
    private let handle: FileHandle

    /// The longest name that is accepted, in bytes.
    public static let longestName = 4096
    /// So that several files of one process and one second have different names.
    private static let number = Atomic<Int>(0)

    /// Begins a new file in a folder, which is created if it is missing.
    ///
    /// - Throws: ``FormatError`` of kind `unwritable`.
    public init(folder: URL) throws(FormatError) {
        let number = Self.number.wrappingAdd(1, ordering: .relaxed).newValue
        let process = ProcessInfo.processInfo.processIdentifier
        let seconds = String(format: "%010d", Int(Date().timeIntervalSince1970))
        url = folder.appendingPathComponent("events.out.tfevents.\(seconds).thaw.\(process).\(number).v2")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw FormatError(
                .unwritable, file: folder.path,
                what: "the folder could not be created (\(error.localizedDescription))",
                remedy: "Choose a folder that can be written to")
        }
        let descriptor = open(url.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw FormatError(
                .unwritable, file: url.path,
                what: "the file could not be created (\(FileBytes.systemError()))",
                remedy: "Choose a folder that can be written to")
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var event = ProtobufMessage()
        event.add(1, Date().timeIntervalSince1970)
        event.add(3, "brain.Event:2")
        try append(event)
    }

    /// Appends numbers that belong to one step.
    ///
    /// - Parameters:
    ///   - scalars: names, such as `epoch_loss`, and values; they are kept as `Float`.
    ///   - step: where they stand on the horizontal axis.
    ///   - time: when they were measured.
    /// - Throws: ``FormatError`` of kind `unwritable`, or `unsupported` for a name that is too long.
    public func write(
        scalars: [(name: String, value: Double)], step: Int, time: Date = Date()
    ) throws(FormatError) {
        guard !scalars.isEmpty else { return }
        var summary = ProtobufMessage()
        for (name, number) in scalars {
            var value = try value(named: name)
            value.add(2, Float(number))
            summary.add(1, value)
        }
        try append(summary, step: step, time: time)
    }

    /// Appends a histogram.
    ///
    /// - Parameters:
    ///   - histogram: the counts.
    ///   - name: its name, such as `dense/kernel/histogram`.
    ///   - step: where it stands on the axis of time.
    ///   - time: when it was taken.
    /// - Throws: ``FormatError`` of kind `unwritable`, or `unsupported` for a name that is too long.
    public func write(
        histogram: EventHistogram, name: String, step: Int, time: Date = Date()
    ) throws(FormatError) {
        var message = ProtobufMessage()
        message.add(1, histogram.minimum)
        message.add(2, histogram.maximum)
        message.add(3, histogram.count)
        message.add(4, histogram.sum)
        message.add(5, histogram.sumOfSquares)
        message.add(6, packed: histogram.limits)
        message.add(7, packed: histogram.counts)
        var value = try value(named: name)
        value.add(5, message)
        var summary = ProtobufMessage()
        summary.add(1, value)
        try append(summary, step: step, time: time)
    }

    /// Syncs and closes the file; no more can be written.
    ///
    /// - Throws: ``FormatError`` of kind `unwritable`.
    public func close() throws(FormatError) {
        do {
            try handle.synchronize()
            try handle.close()
        } catch {
            throw unwritable(error)
        }
    }

    private func value(named name: String) throws(FormatError) -> ProtobufMessage {
        guard name.utf8.count <= Self.longestName else {
            throw FormatError(
                .unsupported, file: url.path, what: "a name is too long",
                expected: "at most \(Self.longestName) bytes", got: "\(name.utf8.count)")
        }
        var value = ProtobufMessage()
        value.add(1, name)
        return value
    }

    private func append(_ summary: ProtobufMessage, step: Int, time: Date) throws(FormatError) {
        var event = ProtobufMessage()
        event.add(1, time.timeIntervalSince1970)
        if step != 0 { event.add(2, step) }
        event.add(5, summary)
        try append(event)
    }

    private func append(_ event: ProtobufMessage) throws(FormatError) {
        do {
            try handle.write(contentsOf: Data(TFRecord.framed(event.bytes)))
        } catch {
            throw unwritable(error)
        }
    }

    private func unwritable(_ error: any Error) -> FormatError {
        FormatError(
            .unwritable, file: url.path,
            what: "the file could not be written (\(error.localizedDescription))",
            remedy: "Check the free space and the permissions")
    }
}

/// TensorFlow's framing of records.
enum TFRecord {
    /// One record with its length and checksums.
    static func framed(_ contents: [UInt8]) -> [UInt8] {
        let length = littleEndian(UInt64(contents.count))
        return length + littleEndian(CRC32C.masked(length)) + contents
            + littleEndian(CRC32C.masked(contents))
    }

    private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
