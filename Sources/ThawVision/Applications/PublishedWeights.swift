import Foundation
import Thaw

/// A file of weights that somebody publishes for a network.
struct PublishedWeights {
    let publication: PretrainedWeights.Publication
    /// The address; its last part is the file's name.
    let address: String
    /// What the publisher says about the contents, if anything.
    let checksum: FileChecksum?

    var name: String { String(address.split(separator: "/").last ?? "") }

    /// Keras's, below the address that most of its files are at.
    ///
    /// - Parameter md5: nil where Keras knows no digest.
    static func keras(_ path: String, md5: String?) -> PublishedWeights {
        PublishedWeights(
            publication: .imageNet,
            address: "https://storage.googleapis.com/tensorflow/keras-applications/\(path)",
            checksum: md5.map { .md5($0) })
    }

    /// The file, downloaded if need be.
    ///
    /// - Parameters:
    ///   - folder: the only place to look, if given; nothing is downloaded then.
    ///   - application: the network, for messages.
    ///   - limit: the most bytes that the file may have.
    /// - Throws: `ApplicationError`.
    func file(
        in folder: URL?, for application: String, limit: Int, locations: DataLocations = .current
    ) throws -> URL {
        let places =
            locations.candidates(explicit: folder, names: [Self.folderName])
            + (folder == nil ? [locations.home.appending(path: ".keras/models")] : [])
        if let found = locations.find([[name]], in: places)?.first {
            if let difference = try checksum?.difference(in: found) {
                throw ApplicationError.otherFile(file: found.path, difference: difference)
            }
            return found
        }
        let cache = locations.cache.appending(path: Self.folderName)
        let missing = "\(name) is in none of \(places.map(\.path).joined(separator: ", "))"
        guard folder == nil, let url = URL(string: address) else {
            throw unavailable(application, missing, put: folder ?? cache)
        }
        do {
            try RemoteFile(url: url, limit: limit, checksum: checksum).download(to: cache)
        } catch {
            throw unavailable(application, "\(missing), and \(error)", put: cache)
        }
        return cache.appending(path: name)
    }

    /// What the folder for networks is called in places for data sets.
    static let folderName = "applications"

    private func unavailable(_ application: String, _ reason: String, put folder: URL) -> ApplicationError {
        .unavailable(
            application: application, publication: publication.rawValue, reason: reason,
            remedy: "Put \(name) from \(address) into \(folder.path), or into a folder that $THAW_DATA names."
        )
    }
}
