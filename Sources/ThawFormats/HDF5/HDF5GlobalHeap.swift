/// The global heap, which holds texts of variable length in collections.
enum HDF5GlobalHeap {
    /// Where the object of an index is, in the collection at an address.
    static func object(
        _ source: HDF5Source, at address: Int, index: UInt16
    ) throws(FormatError) -> Range<Int> {
        let known = source.globalHeaps[address]
        let objects = if let known { known } else { try collection(source, at: address) }
        source.globalHeaps[address] = objects
        guard let range = objects[index] else {
            throw source.malformed("a text refers to object \(index) of a heap, which is not there")
        }
        return range
    }

    private static func collection(
        _ source: HDF5Source, at address: Int
    ) throws(FormatError) -> [UInt16: Range<Int>] {
        var start = try source.cursor(at: address, count: 8 + source.lengthSize, of: "a global heap")
        try start.expect("GCOL")
        try start.version(1...1)
        try start.skip(3)
        let size = try start.length()
        guard size >= 8 + source.lengthSize else { throw source.malformed("a global heap has no size") }
        var cursor = try source.cursor(at: address, count: size, of: "a global heap")
        let origin = cursor.position
        try cursor.skip(8 + source.lengthSize)
        cursor.align(from: origin)
        var objects: [UInt16: Range<Int>] = [:]
        while cursor.count >= 8 + source.lengthSize {
            let index = UInt16(truncatingIfNeeded: try cursor.unsigned(2))
            try cursor.skip(6)
            let size = try cursor.length()
            // What remains is free.
            if index == 0 { break }
            guard objects[index] == nil else { throw source.malformed("a heap has object \(index) twice") }
            objects[index] = try cursor.take(size)
            cursor.align(from: origin)
        }
        return objects
    }
}
