extension SessionDescription {
    /// Reads a session description.
    ///
    /// - Parameter bytes: the body; lines end with CRLF or LF (RFC 8866 §5), the last may lack its end.
    /// - Throws: `Fault` with the line; the request that carried it is answered 400.
    public init(parsing bytes: [UInt8]) throws(Fault) {
        guard bytes.count <= Limits.size else { throw Fault(reason: .tooLarge, line: 1) }
        var reader = Reader(bytes: bytes[...])
        guard let version = try reader.take("v") else { throw reader.fault(.missingLine) }
        guard version == "0" else { throw reader.fault(.unsupportedVersion) }
        guard let origin = try reader.take("o") else { throw reader.fault(.missingLine) }
        guard let name = try reader.take("s") else { throw reader.fault(.missingLine) }
        try self.init(
            origin: reader.origin(origin), name: name, connection: nil, attributes: [], media: [])
        try read(from: &reader)
    }

    private mutating func read(from reader: inout Reader) throws(Fault) {
        var timed = false
        while let (type, value) = try reader.next() {
            switch type {
            case "t":
                timed = true
            case "c":
                let address = try reader.address(value)
                if media.isEmpty { connection = address } else { media[media.count - 1].connection = address }
            case "a":
                let attribute = Attribute(line: value)
                if media.isEmpty {
                    attributes.append(attribute)
                } else {
                    media[media.count - 1].attributes.append(attribute)
                }
            case "m":
                guard timed else { throw reader.fault(.missingLine) }
                guard media.count < Limits.media else { throw reader.fault(.tooLarge) }
                media.append(try reader.media(value))
            case "v", "o", "s":
                throw reader.fault(.malformedLine)
            default:
                continue  // i, u, e, p, b, r, z, k: nothing that we act upon
            }
        }
        guard timed else { throw reader.fault(.missingLine) }
    }
}

extension SessionDescription.Attribute {
    fileprivate init(line: String) {
        if let colon = line.firstIndex(of: ":") {
            self.init(String(line[..<colon]), String(line[line.index(after: colon)...]))
        } else {
            self.init(line)
        }
    }
}

/// Line by line over the bytes.
private struct Reader {
    typealias Fault = SessionDescription.Fault
    typealias Limits = SessionDescription.Limits

    var bytes: ArraySlice<UInt8>
    private var line = 0

    init(bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
    }

    func fault(_ reason: Fault.Reason) -> Fault { Fault(reason: reason, line: max(1, line)) }

    /// The next line; nil at the end.
    mutating func next() throws(Fault) -> (type: Character, value: String)? {
        guard !bytes.isEmpty else { return nil }
        line += 1
        guard line <= Limits.lines else { throw fault(.tooLarge) }
        let end = bytes.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
        var content = bytes[bytes.startIndex..<end]
        bytes = bytes[min(end + 1, bytes.endIndex)...]
        if content.last == UInt8(ascii: "\r") { content.removeLast() }
        guard content.count >= 2, !content.contains(0), !content.contains(UInt8(ascii: "\r")),
            let type = content.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(type),
            content[content.startIndex + 1] == UInt8(ascii: "=")
        else { throw fault(.malformedLine) }
        return (Character(UnicodeScalar(type)), String(decoding: content.dropFirst(2), as: UTF8.self))
    }

    /// The value of the next line, which must be of this type; nil where it is not.
    mutating func take(_ type: Character) throws(Fault) -> String? {
        guard let next = try next(), next.type == type else { return nil }
        return next.value
    }

    /// The words of a line whose every part is a token or a number, control characters in none of them.
    private func words(_ value: String, keepingEmpty: Bool = true) throws(Fault) -> [Substring] {
        guard value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F }) else {
            throw fault(.malformedValue)
        }
        return value.split(separator: " ", omittingEmptySubsequences: !keepingEmpty)
    }

    func origin(_ value: String) throws(Fault) -> SessionDescription.Origin {
        let words = try words(value)
        guard words.count == 6, !words[0].isEmpty, Self.isNumber(words[1]), Self.isNumber(words[2]) else {
            throw fault(.malformedValue)
        }
        return SessionDescription.Origin(
            username: String(words[0]), sessionID: String(words[1]), version: String(words[2]),
            address: try address(words[3...]))
    }

    func address(_ value: String) throws(Fault) -> SessionDescription.Address {
        try address(words(value)[...])
    }

    private func address(_ words: ArraySlice<Substring>) throws(Fault) -> SessionDescription.Address {
        guard words.count == 3, let network = words.first, network == "IN", let host = words.last, !host.isEmpty,
            let family = SessionDescription.Address.Family(rawValue: String(words[words.startIndex + 1]))
        else { throw fault(.malformedValue) }
        return SessionDescription.Address(family: family, host: String(host))
    }

    func media(_ value: String) throws(Fault) -> SessionDescription.Media {
        let words = try words(value, keepingEmpty: false)
        guard words.count >= 4 else { throw fault(.malformedValue) }
        guard words.count - 3 <= Limits.formats else { throw fault(.tooLarge) }
        let ports = words[1].split(separator: "/", omittingEmptySubsequences: false)
        guard ports.count <= 2, let port = UInt16(ports[0]) else { throw fault(.malformedValue) }
        var count: UInt16?
        if ports.count == 2 {
            guard let number = UInt16(ports[1]), number > 0 else { throw fault(.malformedValue) }
            count = number
        }
        let transport = String(words[2])
        let formats = words[3...].map(String.init)
        if transport.hasPrefix("RTP/") {
            // RFC 3551 §6: seven bits.
            guard formats.allSatisfy({ (UInt8($0) ?? .max) <= 127 }) else { throw fault(.malformedValue) }
        }
        return SessionDescription.Media(
            kind: String(words[0]), port: port, portCount: count, transport: transport, formats: formats)
    }

    private static func isNumber(_ text: Substring) -> Bool {
        !text.isEmpty && text.utf8.count <= 32 && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }
}
