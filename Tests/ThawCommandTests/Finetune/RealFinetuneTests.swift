import Foundation
import Testing
import Thaw

@testable import ThawCommand

/// Files from elsewhere, which the project does not contain.
enum RealPhotographs {
    static let folder = ProcessInfo.processInfo.environment["THAW_REAL_DATA"].map { URL(filePath: $0) }
}

/// Published weights on photographs, with `THAW_REAL_DATA` naming the folder they are in.
@Suite(.enabled(if: RealPhotographs.folder != nil, "needs files from elsewhere: THAW_REAL_DATA=FOLDER"))
struct RealFinetuneTests {
    private func plan(_ photos: String) throws -> FinetunePlan {
        let data = try #require(RealPhotographs.folder)
        return FinetunePlan(
            folder: data.appending(path: photos).path,
            weights: data.appending(path: "mobilenet_025/mobilenet_2_5_224_tf_no_top.h5").path)
    }

    @Test(arguments: ["photos/hymenoptera", "photos/cats_dogs"])
    func aHeadOnFrozenFeaturesIsGood(_ photos: String) throws {
        let pictures = try PictureFolder()
        let report = try pictures.run(plan(photos))
        #expect(report.network.name == "MobileNet(alpha: 0.25)")
        #expect(report.validation.accuracy >= 0.85)
        #expect(report.phases[0].isFrozenUnchanged)
        #expect(report.phases[0].frozenPrefix != nil)
    }
}
