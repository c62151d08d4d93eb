import Foundation
import Thaw

/// What a model's predictions of the validation pictures say.
struct ValidationFindings {
    let score: Score
    /// `confusion[truth][prediction]`.
    let confusion: [[Int]]
    /// The surest first.
    let mistakes: [FinetuneReport.Mistake]
    private let classNames: [String]

    /// - Parameter predictions: `[n, classes]`, probabilities.
    init(_ predictions: Tensor, data: FinetuneData) {
        classNames = data.classNames
        let classes = classNames.count
        let values = predictions.doubles
        var confusion = [[Int]](repeating: Array(repeating: 0, count: classes), count: classes)
        var mistakes: [FinetuneReport.Mistake] = []
        var loss = 0.0
        for (place, truth) in data.validationLabels.enumerated() {
            let row = values[place * classes..<(place + 1) * classes]
            let taken = row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 } - row.startIndex
            let (own, best) = (row[row.startIndex + truth], row[row.startIndex + taken])
            confusion[truth][taken] += 1
            // Keras's bound.
            loss -= log(max(own, 1e-7))
            guard taken != truth else { continue }
            mistakes.append(
                FinetuneReport.Mistake(
                    file: data.validationFiles[place].path, truth: classNames[truth],
                    prediction: classNames[taken], probability: best, truthProbability: own))
        }
        let right = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
        let count = Double(data.validationLabels.count)
        score = Score(loss: loss / count, accuracy: Double(right) / count)
        self.confusion = confusion
        // Sorting is not stable; the file decides between equals.
        self.mistakes = mistakes.sorted { ($0.truthProbability, $0.file) < ($1.truthProbability, $1.file) }
    }

    /// A line for each class.
    func classes(trainingPictures: [Int]) -> [FinetuneReport.ClassResult] {
        classNames.indices.map { index in
            let right = Double(confusion[index][index])
            let pictures = confusion[index].reduce(0, +)
            let taken = confusion.reduce(0) { $0 + $1[index] }
            let precision = taken == 0 ? 0 : right / Double(taken)
            let recall = pictures == 0 ? 0 : right / Double(pictures)
            return FinetuneReport.ClassResult(
                name: classNames[index], trainingPictures: trainingPictures[index], pictures: pictures,
                precision: precision, recall: recall,
                f1Score: precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall))
        }
    }
}
