import Foundation

/// Writes a line of metrics for each epoch to a file of comma-separated values, as it goes: `epoch,accuracy,loss,...`.
///
/// The columns are those of the first epoch in the order of their names, as in Keras, and those of validation if some epochs
/// are validated. What an epoch does not have is `NA`.
public final class CSVLogger: Callback {
    private let file: URL
    private let separator: String
    private let appends: Bool
    private var columns: [String]?
    /// Whether the file that is continued ends in the middle of a line, after a crash perhaps.
    private var endsWithinLine = false
    private var handle: FileHandle?

    /// Creates the callback.
    ///
    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - separator: what stands between two columns; not empty.
    ///   - append: whether lines are added to a file that is there, under the names it begins with; false begins a new one.
    public init(_ path: String, separator: String = ",", append: Bool = false) {
        file = URL(fileURLWithPath: path)
        self.separator = separator
        appends = append
        super.init()
    }

    override var addedLogs: [String]? { [] }

    public override func onTrainBegin() throws {
        guard !separator.isEmpty else {
            throw TrainingError.invalidArgument("CSVLogger's separator is empty; give one, such as \",\".")
        }
        do {
            let hasFile = FileManager.default.fileExists(atPath: file.path)
            if appends || isResuming, hasFile {
                let text = try String(contentsOf: file, encoding: .utf8)
                let names = text.prefix { !$0.isNewline }.components(separatedBy: separator)
                columns = names.first == "epoch" ? Array(names.dropFirst()) : nil
                endsWithinLine = text.last?.isNewline == false
            } else {
                try Data().write(to: file)
                columns = nil
                endsWithinLine = false
            }
            handle = try FileHandle(forWritingTo: file)
            try handle?.seekToEnd()
        } catch {
            throw unwritable(error)
        }
    }

    private func unwritable(_ error: any Error) -> TrainingError {
        .invalidArgument(
            "CSVLogger cannot write to \(file.path): \(error.localizedDescription) Give a file in a folder that "
                + "can be written to.")
    }

    public override var checkpointState: CallbackState? {
        var state = CallbackState()
        state[integer: "length"] = handle.flatMap { try? $0.offset() }.map { Int($0) }
        state[integer: "within line"] = endsWithinLine ? 1 : 0
        state[text: "columns"] = columns?.joined(separator: "\n")
        return state
    }

    /// Takes off the lines of epochs after the checkpoint, which come again.
    public override func restore(checkpointState state: CallbackState) throws {
        guard let length = state[integer: "length"], length >= 0, let handle else { return }
        do {
            // A file that is shorter is another one; its lines are left alone.
            guard try handle.seekToEnd() >= UInt64(length) else { return }
            try handle.truncate(atOffset: UInt64(length))
        } catch {
            throw unwritable(error)
        }
        columns = state[text: "columns"]?.components(separatedBy: "\n")
        endsWithinLine = state[integer: "within line"] == 1
    }

    public override func onEpochEnd(epoch: Int, logs: Logs) throws {
        var text = endsWithinLine ? "\n" : ""
        endsWithinLine = false
        let names: [String]
        if let columns {
            names = columns
        } else {
            var found = logs.ordered.map(\.name).sorted()
            if model?.training.isValidating == true, !found.contains(where: { $0.hasPrefix("val_") }) {
                // Validated less often than every epoch.
                found += found.filter { $0 != "learning_rate" }.map { "val_\($0)" }
            }
            names = found
            columns = names
            text += (["epoch"] + names).joined(separator: separator) + "\n"
        }
        let values = names.map { name in logs[name].map { "\($0)" } ?? "NA" }
        text += (["\(epoch)"] + values).joined(separator: separator) + "\n"
        try handle?.write(contentsOf: Data(text.utf8))
    }

    public override func onTrainEnd(logs: Logs) throws {
        try handle?.close()
        handle = nil
    }
}
