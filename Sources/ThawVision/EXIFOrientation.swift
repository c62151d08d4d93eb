/// How a camera was held, as it wrote into its files (EXIF 2.32, tag 0x0112).
enum EXIFOrientation {
    /// The orientation, from 1 (upright) to 8; 1 where the file says nothing or nonsense.
    static func find(in bytes: [UInt8], _ codec: ImageCodec) -> Int {
        let block: ArraySlice<UInt8>? =
            switch codec {
            case .jpeg: blockOfJPEG(bytes)
            case .png: blockOfPNG(bytes)
            }
        return block.flatMap(orientation) ?? 1
    }

    /// The first segment APP1 that holds EXIF, in front of the pixels.
    private static func blockOfJPEG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var place = 2
        while place + 4 <= bytes.count {
            guard bytes[place] == 0xFF else {
                place += 1
                continue
            }
            let marker = bytes[place + 1]
            switch marker {
            case 0xFF: place += 1
            case 0x00, 0x01, 0xD0...0xD8: place += 2
            case 0xD9, 0xDA: return nil
            default:
                let length = Int(bytes[place + 2]) << 8 | Int(bytes[place + 3])
                let end = min(place + 2 + max(length, 2), bytes.count)
                let segment = bytes[min(place + 4, end)..<end]
                if marker == 0xE1 && segment.starts(with: [0x45, 0x78, 0x69, 0x66, 0, 0]) {
                    return segment.dropFirst(6)
                }
                place += 2 + max(length, 2)
            }
        }
        return nil
    }

    /// The contents of the chunk eXIf.
    private static func blockOfPNG(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var place = 8
        while place + 12 <= bytes.count {
            let length = bytes[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            guard length <= bytes.count - place - 12 else { return nil }
            if bytes[place + 4..<place + 8].elementsEqual([0x65, 0x58, 0x49, 0x66]) {
                return bytes[place + 8..<place + 8 + length]
            }
            place += 12 + length
        }
        return nil
    }

    /// The tag in the first directory of a TIFF structure.
    private static func orientation(in block: ArraySlice<UInt8>) -> Int? {
        let isLittle = block.starts(with: [0x49, 0x49, 0x2A, 0])
        guard isLittle || block.starts(with: [0x4D, 0x4D, 0, 0x2A]) else { return nil }
        func number(_ offset: Int, _ width: Int) -> Int? {
            guard offset >= 0, offset <= block.count - width else { return nil }
            let part = block[block.startIndex + offset..<block.startIndex + offset + width]
            return isLittle
                ? part.reversed().reduce(0) { $0 << 8 | Int($1) } : part.reduce(0) { $0 << 8 | Int($1) }
        }
        guard let directory = number(4, 4), let count = number(directory, 2) else { return nil }
        var result: Int?
        for index in 0..<count {
            let entry = directory + 2 + 12 * index
            guard let tag = number(entry, 2), let type = number(entry + 2, 2),
                let values = number(entry + 4, 4)
            else { break }
            guard tag == 0x0112, values == 1 else { continue }
            switch type {
            case 1: result = number(entry + 8, 1)
            case 3: result = number(entry + 8, 2)
            case 4: result = number(entry + 8, 4)
            default: break
            }
        }
        return result
    }
}
