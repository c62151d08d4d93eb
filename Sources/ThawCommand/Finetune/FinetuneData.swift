import Foundation
import Thaw
import ThawVision

/// The pictures to train on and to validate on.
struct FinetuneData {
    let folder: ImageFolder
    let train: Dataset
    let validation: Dataset
    /// The files of the validation data, by place.
    let validationFiles: [URL]
    let validationLabels: [Int]

    var classNames: [String] { folder.classNames }

    /// - Throws: `ImageFolderError`, and `ToolError` for shares that leave nothing to validate on.
    init(_ plan: FinetunePlan, size: Int) throws {
        folder = try ImageFolder(
            URL(fileURLWithPath: plan.folder, isDirectory: true), size: [size, size],
            brokenPictures: plan.skipsBrokenPictures ? .skip : .fatal)
        if let own = folder.validation {
            guard plan.validationShare == nil else {
                throw ToolError(
                    "--val-split: \(plan.folder) has validation pictures of its own; leave the option out, or name the folder "
                        + "of the training pictures.")
            }
            (train, validation, validationFiles) = (folder.train, own, folder.validationFiles)
        } else {
            let share = plan.validationShare ?? FinetunePlan.defaultShare
            (train, validation) = try folder.split(validation: share, seed: plan.seed)
            let files = folder.files
            validationFiles = validation.identities.map { files[$0] }
        }
        guard !train.isEmpty, !validation.isEmpty else {
            throw ToolError(
                "\(plan.folder): there are \(train.count) pictures to train on and \(validation.count) to validate on; "
                    + "expected at least one of each. A class needs two pictures to be split.")
        }
        validationLabels = validation.targets.first?.ints ?? []
    }

    /// How many pictures there are of each class.
    func counts(_ data: Dataset) -> [Int] {
        var result = [Int](repeating: 0, count: classNames.count)
        for label in data.targets.first?.ints ?? [] { result[label] += 1 }
        return result
    }
}
