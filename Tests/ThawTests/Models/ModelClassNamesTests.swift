import Foundation
import Testing
import ThawFormats

@testable import Thaw

@Suite struct ModelClassNamesTests {
    private func model(_ names: [String]?) -> Sequential {
        let model = Sequential(seed: 1, name: "net") { Dense(2, activation: .softmax, inputShape: [3]) }
        model.classNames = names
        return model
    }

    @Test func theyTravelInFilesAndCopies() throws {
        let folder = try TestFolder()
        let names = ["ants", "bees & \"wasps\"\n猫"]
        try model(names).save(to: folder.file("named.keras"))
        #expect(try Model.load(from: folder.file("named.keras")).classNames == names)
        try model(nil).save(to: folder.file("plain.keras"))
        #expect(try Model.load(from: folder.file("plain.keras")).classNames == nil)
        #expect(try model(names).clone().classNames == names)
    }

    @Test(arguments: ["ants", ["ants", 7], ["a": "b"], [.null]] as [JSONValue])
    func whatIsNoListOfNamesIsRefused(_ json: JSONValue) throws {
        let extras = ThawExtras(object: ["classNames": json], tensors: [:])
        let model = model(nil)
        try model.ensureBuilt()
        let error = #expect(throws: SavedModelError.self) { try extras.apply(to: model) }
        #expect(error?.description.contains("classNames") == true)
    }
}
