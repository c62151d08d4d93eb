/// One message of an object's header.
struct HDF5Message {
    enum Kind {
        static let dataspace = 0x01
        static let linkInfo = 0x02
        static let datatype = 0x03
        static let oldFillValue = 0x04
        static let fillValue = 0x05
        static let link = 0x06
        static let externalFiles = 0x07
        static let layout = 0x08
        static let groupInfo = 0x0A
        static let filters = 0x0B
        static let attribute = 0x0C
        static let continuation = 0x10
        static let symbolTable = 0x11
        static let attributeInfo = 0x15
    }

    var kind: Int
    var flags: UInt8
    /// Its rank among the attributes in order of creation, where that is kept.
    var order: Int?
    /// Where its data is.
    var range: Range<Int>

    /// Whether the data says where the message is, instead of being it.
    var isShared: Bool { flags & 2 != 0 }
}

/// An object's header, versions 1 and 2, with the blocks that continue it: a list of messages.
struct HDF5ObjectHeader {
    /// More than any object has.
    static let mostMessages = 1 << 16

    let source: HDF5Source
    let address: Int
    private(set) var messages: [HDF5Message] = []
    /// Whether the order in which attributes were made is kept.
    private(set) var tracksAttributeOrder = false

    private var blocks: [Range<Int>] = []
    private var seen: Set<Int> = []
    /// Whether the header is of version 2.
    private var isNew = false
    private var hasOrders = false

    init(_ source: HDF5Source, at address: Int) throws(FormatError) {
        self.source = source
        self.address = address
        let start = try source.cursor(from: address, of: "the header of an object")
        isNew = source.bytes[start.position...].starts(with: Array("OHDR".utf8))
        if isNew { try readNew(start) } else { try readOld(start) }
        blocks = []
        seen = []
    }

    private mutating func readOld(_ start: HDF5Cursor) throws(FormatError) {
        var cursor = start
        try cursor.version(1...1)
        // A reserved byte, the count of messages (the blocks' ends are as good), the count of references.
        try cursor.skip(1 + 2 + 4)
        let size = try cursor.number(4)
        try cursor.skip(4)
        try add(block: try cursor.take(size))
        var next = 0
        while next < blocks.count {
            var block = HDF5Cursor(source: source, range: blocks[next], part: start.part)
            next += 1
            while block.count >= 8 {
                let kind = try block.number(2)
                let size = try block.number(2)
                let flags = try block.byte()
                try block.skip(3)
                let range = try block.take(size)
                try add(HDF5Message(kind: kind, flags: flags, order: nil, range: range))
            }
        }
    }

    private mutating func readNew(_ start: HDF5Cursor) throws(FormatError) {
        var cursor = start
        try cursor.skip(4)
        try cursor.version(2...2)
        let flags = try cursor.byte()
        hasOrders = flags & 0x04 != 0
        tracksAttributeOrder = hasOrders
        if flags & 0x20 != 0 { try cursor.skip(16) }
        if flags & 0x10 != 0 { try cursor.skip(4) }
        let size = try cursor.number(1 << Int(flags & 3))
        try add(block: try cursor.take(size))
        try source.verifyChecksum(start.position..<cursor.position, of: start.part)
        var next = 0
        while next < blocks.count {
            var block = HDF5Cursor(source: source, range: blocks[next], part: start.part)
            next += 1
            // What is left is a gap.
            while block.count >= (hasOrders ? 6 : 4) {
                let kind = try block.number(1)
                let size = try block.number(2)
                let flags = try block.byte()
                let order = hasOrders ? try block.number(2) : nil
                let range = try block.take(size)
                try add(HDF5Message(kind: kind, flags: flags, order: order, range: range))
            }
        }
    }

    private mutating func add(block: Range<Int>) throws(FormatError) {
        guard seen.insert(block.lowerBound).inserted else {
            throw source.malformed("the header of an object continues in a circle")
        }
        try source.charge(block.count)
        blocks.append(block)
    }

    private mutating func add(_ message: HDF5Message) throws(FormatError) {
        switch message.kind {
        case 0: return
        case HDF5Message.Kind.continuation:
            var cursor = HDF5Cursor(source: source, range: message.range, part: "the header of an object")
            let address = try cursor.requiredAddress()
            var block = try source.range(at: address, count: try cursor.length(), of: cursor.part)
            if isNew {
                var content = HDF5Cursor(source: source, range: block, part: cursor.part)
                try content.expect("OCHK")
                guard content.count >= 4 else { throw source.malformed("a header's block is too short") }
                try source.charge(block.count)
                try source.verifyChecksum(block.lowerBound..<block.upperBound - 4, of: cursor.part)
                block = content.position..<block.upperBound - 4
            }
            try add(block: block)
        default:
            guard messages.count < Self.mostMessages else {
                throw source.malformed("an object has more than \(Self.mostMessages) messages")
            }
            guard message.flags & 0x80 == 0 || (1...0x17).contains(message.kind) else {
                throw source.unsupported(
                    "an object in this HDF5 file needs a newer reader", got: "message \(message.kind)")
            }
            messages.append(message)
        }
    }

    /// The only message of a kind, or `nil`.
    func message(_ kind: Int) throws(FormatError) -> HDF5Message? {
        var found: HDF5Message?
        for message in messages where message.kind == kind {
            guard found == nil else { throw source.malformed("an object has two messages of type \(kind)") }
            found = message
        }
        return found
    }

    /// A reader of a message that is kept here and not shared.
    func cursor(_ message: HDF5Message, of part: String) throws(FormatError) -> HDF5Cursor {
        guard !message.isShared else {
            throw source.unsupported("\(part) in this HDF5 file is shared between objects")
        }
        return HDF5Cursor(source: source, range: message.range, part: part)
    }

    func has(_ kind: Int) -> Bool { messages.contains { $0.kind == kind } }
}
