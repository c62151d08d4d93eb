import Foundation
import Testing
import ThawFormats
import ThawTensor

/// Formats are told by contents, whatever a file is called.
@Suite struct FileFormatTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func eachFormatIsRecognised() throws {
        let tensor = Tensor.arange(6, dtype: .float32)
        let url = folder.file("anything.bin")
        try SafetensorsFile.write(["a": tensor], to: url)
        #expect(try FileFormat.detect(url) == .safetensors)
        try NPYFile.write(tensor, to: url)
        #expect(try FileFormat.detect(url) == .npy)
        try NPZFile.write(["a": tensor], to: url)
        #expect(try FileFormat.detect(url) == .npz)
        try IDXFile.write(tensor, to: url)
        #expect(try FileFormat.detect(url) == .idx)
        try CSVFile.write(tensor, to: url)
        #expect(try FileFormat.detect(url) == .text)
        var writer = HDF5Writer()
        try writer.add(tensor, at: "a")
        try writer.write(to: url)
        #expect(try FileFormat.detect(url) == .hdf5)
        try ZipArchive.write(
            [.init("config.json", contents: [0x7B]), .init("model.weights.h5", contents: [1])], to: url)
        #expect(try FileFormat.detect(url) == .keras)
        try ZipArchive.write([.init("archive/data.pkl", contents: [0x80])], to: url)
        #expect(try FileFormat.detect(url) == .torch)
        try ZipArchive.write([.init("letter.txt", contents: [0x80])], to: url)
        #expect(try FileFormat.detect(url) == .zip)
        #expect(try FileFormat.detect(folder.file("p", holding: [0x80, 2, 0x8A])) == .torch)
        #expect(try FileFormat.detect(folder.file("j", holding: [0xFF, 0xD8, 0xFF, 0xE0, 0])) == nil)
        #expect(try FileFormat.detect(folder.file("t", holding: Array("größe,breite\n".utf8))) == .text)
    }

    @Test func compressedFilesAreLookedInto() throws {
        let idx = folder.file("idx")
        try IDXFile.write(Tensor([1, 2, 3] as [Int32]), to: idx)
        let plain = [UInt8](try Data(contentsOf: idx))
        #expect(try FileFormat.detect(folder.file("a", holding: gzipped(plain))) == .idx)
        #expect(try FileFormat.detect(folder.file("b", holding: gzipped(Array("1,2\n".utf8)))) == .text)
        #expect(try FileFormat.detect(folder.file("c", holding: gzipped([0xFF, 0, 0xFF, 3]))) == nil)
    }

    @Test func whatIsNoFileIsSaid() throws {
        #expect { try FileFormat.detect(folder.file("nowhere")) } throws: {
            ($0 as? FormatError)?.kind == .unreadable
        }
        #expect { try FileFormat.detect(URL(fileURLWithPath: NSTemporaryDirectory())) } throws: {
            "\($0)".contains("not a plain file")
        }
        #expect { try FileFormat.detect(folder.file("empty", holding: [])) } throws: {
            "\($0)".contains("empty")
        }
        #expect(throws: FormatError.self) {
            try FileFormat.detect(folder.file("broken.zip", holding: [0x50, 0x4B, 3, 4, 0, 0]))
        }
    }
}
