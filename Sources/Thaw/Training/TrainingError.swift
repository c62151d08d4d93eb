import Foundation
public import ThawTensor

/// What can go wrong in compiling, fitting, evaluating and predicting.
public enum TrainingError: ThawError, Equatable {
    /// The model was not compiled, so there is no loss or optimizer.
    case notCompiled(model: String, call: String)
    /// An argument is out of range or does not go with another.
    case invalidArgument(String)
    /// There are no samples.
    case emptyData(call: String)
    /// The shape of the samples does not fit the model.
    case inputShape(model: String, expected: [Int], got: [Int])
    /// A class index is not a whole number from 0 up to the number of classes.
    case labelOutOfRange(label: Double, sample: Int, classes: Int)
    /// A target lies outside the interval that the loss is defined for.
    case targetOutOfRange(value: Double, sample: Int, loss: String, range: ClosedRange<Double>)
    /// A loss or a gradient was infinite or NaN; the weights are as they were before the step.
    case nonFinite(NonFiniteReport)
    /// A training step wrote to a parameter of a frozen layer.
    case frozenValueChanged(path: String)

    /// What happened, what was expected, what came and how to mend it.
    public var description: String {
        switch self {
        case .notCompiled(let model, let call):
            "\(call): model \(model) is not compiled; call compile(optimizer:loss:metrics:) first."
        case .invalidArgument(let message):
            message
        case .emptyData(let call):
            "\(call): the data has no samples; check how it was selected, and that a validation split leaves some."
        case .inputShape(let model, let expected, let got):
            "model \(model) takes samples of shape \(expected), got \(got); reshape the data, or give the first "
                + "layer another inputShape."
        case .labelOutOfRange(let label, let sample, let classes):
            "the target of sample \(sample) is \(label), but the model has \(classes) classes, so labels are whole "
                + "numbers in 0...\(classes - 1); renumber the labels, or give the last layer more units."
        case .targetOutOfRange(let value, let sample, let loss, let range):
            "the target of sample \(sample) is \(value), but \(loss) is defined for targets in "
                + "\(range.lowerBound)...\(range.upperBound); rescale the targets or choose another loss."
        case .nonFinite(let report):
            report.description
        case .frozenValueChanged(let path):
            "fit: \(path) belongs to a frozen layer, and training has changed it. A layer of your own that updates its state in "
                + "every call should do so only while isTrainable; loading weights puts back what was there."
        }
    }
}
