import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// What `strict` and `skipMismatch` allow, and what the report says.
@Suite struct WeightReportTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test(arguments: ["keras3.weights.h5", "keras2.h5", "paths.npz", "torch.pth"])
    func anotherHead(_ name: String) throws {
        let url = WeightFixtures.file(name)
        let model = try WeightFixtures.net(classes: 7)
        let before = model.weights
        let error = #expect(throws: WeightFileError.self) { try model.loadWeights(from: url) }
        #expect(error?.mismatched.count == 2 && error?.missing == [] && error?.unexpected == [])
        for part in ["head/kernel", "[20, 7]", "[7]", "[3]", name == "torch.pth" ? "[3, 20]" : "[20, 3]"] {
            #expect(error?.description.contains(part) == true, "\(part): \(String(describing: error))")
        }
        // That names may be missing does not mean that shapes may differ.
        #expect(throws: WeightFileError.self) { try model.loadWeights(from: url, strict: false) }
        #expect(zip(before, model.weights).allSatisfy { $0.isBitwiseEqual(to: $1) })

        let report = try model.loadWeights(from: url, skipMismatch: true)
        #expect(report.loaded.count == before.count - 2 && report.unused.isEmpty)
        #expect(report.skipped.map(\.parameter) == ["head/kernel", "head/bias"])
        #expect(
            report.skipped[0].reason
                == .shape(expected: [20, 7], got: name == "torch.pth" ? [3, 20] : [20, 3]))
        #expect(report.description.contains("not fitting (2): head/kernel (expected the shape [20, 7], got"))
        let count = before.count
        #expect(report.description.contains("\(count - 2) of \(count) parameters of net loaded, by name"))
        for (place, entry) in model.parameterPaths.enumerated() {
            let isKept = entry.parameter.value.isBitwiseEqual(to: before[place])
            #expect(isKept == entry.path.hasPrefix("head/"), "\(entry.path)")
        }
    }

    @Test(arguments: ["keras3.weights.h5", "keras2.h5", "paths.npz", "torch.pth"])
    func anotherName(_ name: String) throws {
        let url = WeightFixtures.file(name)
        let model = try WeightFixtures.net(classes: 7, head: "other")
        let before = model.weights
        for skips in [false, true] {
            let error = #expect(throws: WeightFileError.self) {
                try model.loadWeights(from: url, matching: .names, skipMismatch: skips)
            }
            #expect(error?.missing == ["other/kernel", "other/bias"] && error?.unexpected.count == 2)
        }
        #expect(zip(before, model.weights).allSatisfy { $0.isBitwiseEqual(to: $1) })
        let report = try model.loadWeights(from: url, matching: .names, strict: false)
        #expect(report.missing == ["other/kernel", "other/bias"] && report.unused.count == 2)
        #expect(report.loaded.count == before.count - 2)
        #expect(report.description.contains("not in the file (2): other/kernel, other/bias"))
        #expect(report.description.contains("not used (2): "))
    }

    @Test func everyWidthAndNaN() throws {
        let model = try WeightFixtures.net()
        var values = Dictionary(
            uniqueKeysWithValues: model.parameterPaths.map { ($0.path, $0.parameter.value) })
        values["head/bias"] = Tensor([1, .nan, .nan])
        values["bn/beta"] = Tensor([.nan, 0, 0, 0, 0, 0, 0, .infinity])
        let types: [DType] = [.float64, .float16, .float32, .bfloat16]
        for ending in ["safetensors", "npz", "h5"] {
            var stored: [(name: String, tensor: Tensor)] = []
            for (place, entry) in model.parameterPaths.enumerated() {
                let type = ending == "npz" && types[place % 4] == .bfloat16 ? .float32 : types[place % 4]
                stored.append((entry.path, try #require(values[entry.path]).cast(to: type)))
            }
            let url = folder.file("a.\(ending)")
            switch ending {
            case "npz": try NPZFile.write(stored, to: url)
            case "h5":
                try model.saveWeights(to: url)
                let source = try HDF5File(url)
                var writer = HDF5Writer()
                for (path, tensor) in stored {
                    let parts = path.split(separator: "/")
                    let group = String(parts[0])
                    let array = parts.count == 3 ? "\(parts[1])/\(parts[2]):0" : "\(path):0"
                    try writer.add(tensor, at: "\(group)/\(array)")
                }
                for name in try source.root.names {
                    let group = try source.group(name)
                    try writer.addGroup(name)
                    try writer.setAttribute(
                        "weight_names", strings: group.attributes.strings(named: "weight_names") ?? [],
                        at: name)
                }
                try writer.setAttribute(
                    "layer_names", strings: source.root.attributes.strings(named: "layer_names") ?? [])
                try writer.write(to: url)
            default: try SafetensorsFile.write(Dictionary(stored) { $1 }, to: url)
            }
            let other = try WeightFixtures.net()
            let report = try other.loadWeights(from: url)
            for (entry, (_, tensor)) in zip(other.parameterPaths, stored) {
                #expect(entry.parameter.value.isBitwiseEqual(to: tensor.cast(to: .float32)), "\(entry.path)")
            }
            #expect(report.nanCount == 3)
            #expect(report.loaded.first { $0.parameter == "head/bias" }?.nanCount == 2)
            #expect(report.description.contains("NaN: 3 elements, in bn/beta (1), head/bias (2)"))
        }
    }

    @Test func arraysOfWholeNumbers() throws {
        let model = try WeightFixtures.net()
        var tensors = Dictionary(
            uniqueKeysWithValues: model.parameterPaths.map { ($0.path, $0.parameter.value) })
        tensors["bn/beta"] = .zeros([8], dtype: .int64)
        let url = folder.file("a.safetensors")
        try SafetensorsFile.write(tensors, to: url)
        let error = #expect(throws: WeightFileError.self) { try model.loadWeights(from: url) }
        #expect(error?.mismatched == ["bn/beta (expected floating point, got int64)"])
        let report = try model.loadWeights(from: url, skipMismatch: true)
        #expect(report.skipped.map(\.reason) == [.elementType("int64")])
    }

    @Test func entriesThatAMappingLeavesOut() throws {
        let model = try WeightFixtures.net()
        let report = try model.loadWeights(
            from: WeightFixtures.file("torch.pth"), strict: false,
            mapping: .torch { $0.contains("head") ? nil : $0 })
        #expect(report.missing == ["head/kernel", "head/bias"] && report.unused.isEmpty)
        #expect(report.ignored.filter { $0.contains("head") }.count == 2)
    }

    @Test func renamings() {
        let mapping = WeightMapping.renaming(["a": "b", "a.c": "d", "e": "", "x/y": "z"])
        for (name, expected) in [
            ("a.k", "b/k"), ("a", "b"), ("ab.k", "ab.k"), ("a.c.k", "d/k"), ("a/c/k", "d/k"), ("e.k", "k"),
            ("x.y.k", "z/k"), ("k", "k"),
        ] {
            #expect(mapping.rename(name) == expected)
        }
        #expect(WeightMapping.renaming(["": "base", "head": "top"]).rename("conv.k") == "base/conv/k")
        #expect(WeightMapping.renaming(["": "base", "head": "top"]).rename("head.k") == "top/k")
    }
}
