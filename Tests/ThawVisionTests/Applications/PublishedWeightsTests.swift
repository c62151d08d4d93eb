import Foundation
import Testing

@testable import Thaw
@testable import ThawVision

@Suite struct PublishedWeightsTests {
    let folder: TemporaryFolder
    let locations: DataLocations

    init() throws {
        folder = try TemporaryFolder()
        locations = DataLocations(
            environment: ["THAW_DATA": folder.url.appending(path: "data").path],
            home: folder.url.appending(path: "home"), systemFolders: [])
    }

    private var cache: URL { locations.cache.appending(path: "applications") }

    private func published(_ address: String, _ checksum: FileChecksum? = nil) -> PublishedWeights {
        PublishedWeights(publication: .imageNet, address: address, checksum: checksum)
    }

    private func find(_ weights: PublishedWeights, in folder: URL? = nil) throws -> URL {
        try weights.file(in: folder, for: "Net", limit: 1000, locations: locations)
    }

    @Test func isFoundWhereFilesAreKept() throws {
        let weights = published("https://example.invalid/a/net.h5")
        for place in [
            "home/.keras/models", "home/.cache/thaw/applications", "data/applications", "data",
        ] {
            #if os(macOS)
                if place.contains(".cache") { continue }
            #endif
            try folder.put([1, 2, 3], "\(place)/net.h5")
            #expect(try find(weights).path == folder.url.appending(path: "\(place)/net.h5").path)
        }
        try folder.put([1, 2, 3], "own/net.h5")
        let own = folder.url.appending(path: "own")
        #expect(try find(weights, in: own).path == own.appending(path: "net.h5").path)
    }

    @Test func isDownloadedIntoTheCache() throws {
        try folder.put(Array("published".utf8), "mirror/net.h5")
        let address = folder.url.appending(path: "mirror/net.h5").absoluteString
        let md5 = "6c1bb1e25d8e7c9a2e9f9ee7a9f4a4a5"
        #expect(throws: ApplicationError.self) { try find(published(address, .md5(md5))) }
        #expect(!FileManager.default.fileExists(atPath: cache.appending(path: "net.h5").path))
        let digest = SHA256Digest.hex(of: Array("published".utf8))
        let file = try find(published(address, .sha256(String(digest.prefix(8)))))
        #expect(file.path == cache.appending(path: "net.h5").path)
        #expect(try Data(contentsOf: file) == Data("published".utf8))
    }

    @Test func aFileThatIsTooLargeIsNotTaken() throws {
        try folder.put([UInt8](repeating: 0, count: 1001), "mirror/net.h5")
        let address = folder.url.appending(path: "mirror/net.h5").absoluteString
        let error = #expect(throws: ApplicationError.self) { try find(published(address)) }
        #expect(error?.description.contains("larger than the 1000 bytes") == true)
    }

    @Test func offlineTheErrorSaysWhatToDo() throws {
        // No such mirror: as without a network.
        let address = folder.url.appending(path: "nowhere/net_notop.h5").absoluteString
        let error = #expect(throws: ApplicationError.self) { try find(published(address)) }
        let text = try #require(error?.description)
        #expect(text.contains("ImageNet weights of Net are not available"))
        #expect(text.contains("could not be downloaded"))
        #expect(text.contains("Put net_notop.h5 from \(address) into \(cache.path)"))
        #expect(text.contains("$THAW_DATA"))
        let own = folder.url.appending(path: "own")
        let other = #expect(throws: ApplicationError.self) { try find(published(address), in: own) }
        #expect(other?.description.contains("into \(own.path)") == true)
    }

    @Test func anotherFileOfTheNameIsNamed() throws {
        try folder.put([1, 2, 3], "data/net.h5")
        let weights = published("https://example.invalid/net.h5", .md5(String(repeating: "0", count: 32)))
        let error = #expect(throws: ApplicationError.self) { try find(weights) }
        let text = try #require(error?.description)
        #expect(text.contains("data/net.h5 is not the published file"))
        // MD5 of the bytes 1, 2, 3.
        #expect(text.contains("got 5289df737df57326fcdd22597afb1fac"), "\(text)")
    }

    /// Keras's names of files, and the digests it knows.
    @Test func namesAreKeras() throws {
        var settings = ApplicationSettings()
        func name(_ plan: ApplicationPlan) -> String { plan.published?.name ?? "none" }
        #expect(name(try MobileNet.plan(settings, alpha: 0.5)) == "mobilenet_5_0_224_tf.h5")
        #expect(
            name(try MobileNetV2.plan(settings, alpha: 1.3))
                == "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.3_224.h5")
        settings.includeTop = false
        settings.inputShape = [160, 160, 3]
        #expect(name(try MobileNet.plan(settings, alpha: 0.25)) == "mobilenet_2_5_160_tf_no_top.h5")
        #expect(
            name(try MobileNetV2.plan(settings, alpha: 1))
                == "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_160_no_top.h5")
        settings.inputShape = [96, 100, 3]
        #expect(name(try MobileNet.plan(settings, alpha: 1)) == "mobilenet_1_0_224_tf_no_top.h5")
        let residual = try #require(ResNet.resNet50.plan(settings).published)
        #expect(
            residual.address
                == "https://storage.googleapis.com/tensorflow/keras-applications/resnet/"
                + "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5")
        #expect(residual.checksum == .md5("4d473c1dd8becc155b73f8504c6f6626"))
        settings.inputShape = nil
        #expect(name(try CIFARResNet.plan(settings, depth: 20)) == "resnet20-12fca82f.th")
    }
}
