import ArgumentParser
import Foundation
import Thaw

/// Our side of `scripts/bench`: reads requests, one JSON object per line, and answers each (see Benchmarks/README.md).
struct BenchWorker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-worker", abstract: "Answer the benchmark driver's requests on standard input.",
        shouldDisplay: false)

    @Flag(name: .long, help: "Train one step of mlp32 and end.")
    var firstStep = false

    func run() throws {
        if firstStep {
            let bench = try BenchCase(name: "mlp32", samples: 32, batch: 32)
            try bench.run(epochs: 1)
            answer(["first_step": true])
            return
        }
        answer(["ready": true, "name": "thaw", "versions": ["thaw": "0.1.0", "engine": Runtime.engine.name]])
        var prepared: BenchCase?
        while let line = readLine() {
            guard let request = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            else {
                answer(["error": "a line that is no JSON object"])
                continue
            }
            if request["quit"] != nil { return }
            do {
                let name = request["case"] as? String ?? ""
                if request["prepare"] != nil {
                    let start = Date()
                    let bench = try BenchCase(
                        name: name, samples: request["samples"] as? Int ?? 1024,
                        batch: request["batch"] as? Int ?? 32)
                    let loss = try bench.run(epochs: 1)
                    prepared = bench
                    answer(
                        [
                            "prepared": true, "seconds": Date().timeIntervalSince(start),
                            "parameters": bench.trainableParameterCount,
                        ], loss: loss)
                } else if let bench = prepared, bench.name == name {
                    let epochs = request["epochs"] as? Int ?? 1
                    let start = DispatchTime.now().uptimeNanoseconds
                    let loss = try bench.run(epochs: epochs)
                    let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
                    answer(
                        [
                            "seconds": seconds, "steps": bench.steps * epochs,
                            "peak_rss_bytes": Self.peakResidentBytes(),
                        ], loss: loss)
                } else {
                    answer(["error": "the case \"\(name)\" is not prepared"])
                }
            } catch {
                answer(["error": "\(error)"])
            }
        }
    }

    /// Writes an answer, with the loss if there is one; JSON has no infinity.
    private func answer(_ fields: [String: Any], loss: Double? = nil) {
        var object = fields
        if let loss, loss.isFinite { object["loss"] = loss }
        guard let data = try? JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]) else {
            return
        }
        FileHandle.standardOutput.write(data + Data("\n".utf8))
    }

    /// The largest resident size of this process so far; 0 where the system does not say.
    private static func peakResidentBytes() -> Int {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
            let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return kilobytes * 1024
    }
}
