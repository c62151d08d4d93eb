import Thaw

/// Loss and metrics of a model, in one mode or in both.
struct Evaluation: Codable, Equatable {
    let model: String
    let data: String
    let samples: Int
    /// By the mode, then by the name.
    let results: [String: [String: Double]]
    private var lines: [String] = []

    private enum CodingKeys: String, CodingKey {
        case model, data, samples, results
    }

    init(
        _ model: Model, _ data: Dataset, modes: [Mode], batchSize: Int, files: (model: String, data: String)
    ) throws {
        (self.model, self.data) = files
        samples = data.count
        var results: [String: [String: Double]] = [:]
        for mode in modes {
            let result = try model.evaluate(data, batchSize: batchSize, mode: mode, verbosity: .silent)
            results[mode.rawValue] = result.values
            lines.append("in \(mode.rawValue) mode: \(result)")
        }
        self.results = results
    }

    /// Whether the model looks much better in training mode than as it predicts: a loss lower by a quarter, and where accuracies
    /// were measured, one of them higher by 0.02.
    var isDamaged: Bool {
        guard let training = results[Mode.training.rawValue],
            let inference = results[Mode.inference.rawValue],
            let low = training["loss"], let high = inference["loss"], low < high - 0.25 * abs(high)
        else { return false }
        let gains = inference.filter { $0.key.contains("accuracy") }.map {
            (training[$0.key] ?? 0) - $0.value
        }
        return gains.isEmpty || gains.contains { $0 > 0.02 }
    }

    var text: String {
        var all = ["\(model) on \(NumberText.count(samples, "sample")) of \(data)"] + lines
        if isDamaged {
            all.append(
                "The model does better in training mode than as it predicts: its Batch Normalization has moving statistics "
                    + "that are not this data's. Look at frozen layers, at their statistics, and at the inputs' preprocessing."
            )
        }
        return all.joined(separator: "\n")
    }
}
