import Foundation
public import ThawTensor

/// What is wrong with a folder of pictures.
public enum ImageFolderError: ThawError, Equatable {
    /// There is no such folder, or the system refuses to list it.
    case unreadable(folder: String, reason: String)
    /// There is no picture at all.
    case noImages(folder: String, hint: String)
    /// There is nothing to tell apart.
    case oneClass(folder: String, name: String)
    /// A class has no pictures.
    case emptyClass(folder: String, name: String, otherFiles: [String])
    /// The folders of training and of validation disagree about the classes.
    case unknownClass(folder: String, name: String, known: [String])
    /// Pictures of a class cannot be read, and none is left.
    case allBroken(folder: String, name: String, first: String)
    /// The folder has validation pictures already, or the share is not between 0 and 1.
    case invalidSplit(folder: String, what: String)
    /// The size is not two positive numbers.
    case invalidSize([Int])

    /// What happened, what was expected, what came and how to mend it.
    public var description: String {
        switch self {
        case .unreadable(let folder, let reason):
            "\(folder): the folder could not be listed (\(reason)). Check the path and its permissions."
        case .noImages(let folder, let hint):
            "\(folder): there are no pictures; expected a folder for each class with JPEG or PNG files in it, such as "
                + "cats/1.jpg. \(hint)"
        case .oneClass(let folder, let name):
            "\(folder): there is only one class, '\(name)'; expected at least two folders of pictures. "
                + "Is this the folder above the right one, or one class of it?"
        case .emptyClass(let folder, let name, let files):
            "\(folder): the class '\(name)' has no JPEG or PNG files"
                + (files.isEmpty ? "" : ", only \(files.count) others such as \(files[0])")
                + ". Put pictures there, or remove the folder."
        case .unknownClass(let folder, let name, let known):
            "\(folder): the class '\(name)' is not among those of training (\(known.joined(separator: ", "))). "
                + "Name the folders of both alike."
        case .allBroken(let folder, let name, let first):
            "\(folder): no picture of the class '\(name)' can be read. The first: \(first)"
        case .invalidSplit(let folder, let what): "\(folder): \(what)."
        case .invalidSize(let size):
            "ImageFolder: the size is \(size); expected [height, width] with both from 1 to 65535."
        }
    }
}
