import Foundation
import Thaw

/// The images of the book's experiments, loaded when a row first needs them.
final class BookImages: @unchecked Sendable {
    // Safety: rows run one after another.

    /// A data set in three parts.
    struct Parts {
        let train: Dataset
        let validation: Dataset
        let test: Dataset

        /// Every part brought to mean 0 and deviation 1 per pixel, by the training images.
        func standardized() -> Parts {
            let standardization = Standardization(fitting: train)
            return Parts(
                train: train.standardized(by: standardization),
                validation: validation.standardized(by: standardization),
                test: test.standardized(by: standardization))
        }

        /// The images of some classes.
        func only(_ isIncluded: (Int) -> Bool, renumbered: ([Int]) -> Tensor) throws -> Parts {
            func part(_ data: Dataset) throws -> Dataset {
                let some = try data.filter(byLabel: isIncluded)
                return try Dataset(some.inputs[0], renumbered(some.targets[0].ints))
            }
            return Parts(train: try part(train), validation: try part(validation), test: try part(test))
        }
    }

    private let folder: URL?

    /// - Parameter folder: the only place where the files are looked for, and in folders of the data sets' names in it; nil looks
    ///   for them everywhere.
    init(folder: URL?) { self.folder = folder }

    /// Fashion-MNIST, pixels from 0 to 1: 55,000 images train, the first 5,000 of the file validate, 10,000 test.
    private(set) lazy var fashionMNIST = Result { () throws -> Parts in
        let (train, test) = try FashionMNIST.load(from: folder)
        return Parts(train: train.dropFirst(5000), validation: train.prefix(5000), test: test)
    }

    /// Fashion-MNIST, standardised.
    private(set) lazy var standardizedFashionMNIST = fashionMNIST.map { $0.standardized() }

    /// CIFAR-10, pixels from 0 to 255 as the book leaves them: 45,000 images train, the first 5,000 validate.
    private(set) lazy var cifar10 = Result { () throws -> Parts in
        let (train, test) = try CIFAR10.load(from: folder, scaled: false)
        let parts = Parts(train: train.dropFirst(5000), validation: train.prefix(5000), test: test)
        return Parts(
            train: try parts.train.asFloats(), validation: try parts.validation.asFloats(),
            test: try parts.test.asFloats())
    }

    /// CIFAR-10, standardised.
    private(set) lazy var standardizedCIFAR10 = cifar10.map { $0.standardized() }
}

extension Dataset {
    /// The same images as float32.
    fileprivate func asFloats() throws -> Dataset {
        try Dataset(inputs[0].cast(to: .float32), targets[0])
    }
}
