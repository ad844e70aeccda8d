/// A body, or one part of a body, with what is said about it (RFC 2045, RFC 3261 §20.11 to §20.15).
package struct BodyPart: Equatable, Sendable {
    /// Content-Type as it is written; nil where nothing is said, which means plain text (RFC 2045 §5.2).
    package var type: String?
    /// Nil where nothing is said: what the type is mostly for, and it has to be understood.
    package var disposition: ContentDisposition?
    /// Whether the octets are neither compressed nor written in the letters of mail (`base64`, `quoted-printable`).
    package var isPlain: Bool
    /// The octets themselves.
    package var content: ArraySlice<UInt8>

    package init(
        type: String?, disposition: ContentDisposition? = nil, isPlain: Bool = true, content: ArraySlice<UInt8>
    ) {
        self.type = type
        self.disposition = disposition
        self.isPlain = isPlain
        self.content = content
    }

    /// The type as it counts; nil for one that is malformed.
    package var mediaType: MediaType? { type.map { MediaType($0) } ?? .plainText }
}

extension BodyPart {
    /// Reads a part of a multipart body: header fields, an empty line, the content. Without the empty line it is header
    /// fields alone (RFC 2046 §5.1.1).
    init(_ bytes: ArraySlice<UInt8>) throws(Multipart.Fault) {
        var rest = bytes
        var fields: [String: String] = [:]
        var last: String?
        var lines = 0
        while let line = rest.popLine(), !line.isEmpty {
            lines += 1
            guard lines <= Multipart.Limits.lines, line.count <= Multipart.Limits.line else { throw .tooLarge }
            if let first = line.first, first == 0x20 || first == 0x09 {
                guard let last else { throw .malformed }
                fields[last, default: ""] += " " + line.trimmedText
                continue
            }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .malformed }
            let name = line[..<colon]
            guard !name.isEmpty, name.allSatisfy({ OctetSet.token.contains($0) }) else { throw .malformed }
            let key = String(decoding: name, as: UTF8.self).asciiLowercased
            // Who takes the first and who takes the last would read two different parts.
            guard fields.updateValue(line[(colon + 1)...].trimmedText, forKey: key) == nil else { throw .malformed }
            last = key
        }
        self.init(
            type: fields["content-type"],
            disposition: fields["content-disposition"].flatMap { ContentDisposition(parsing: $0) },
            isPlain: ["7bit", "8bit", "binary"].contains(
                fields["content-transfer-encoding"]?.asciiLowercased ?? "binary")
                && (fields["content-encoding"]?.asciiLowercased ?? "identity") == "identity",
            content: rest)
    }
}

extension ArraySlice<UInt8> {
    /// Takes the first line, without its end; some leave the carriage return out. Nil when there is nothing left.
    fileprivate mutating func popLine() -> ArraySlice<UInt8>? {
        guard !isEmpty else { return nil }
        let end = firstIndex(of: 0x0A) ?? endIndex
        let line = self[startIndex..<end]
        self = self[Swift.min(end + 1, endIndex)...]
        return line.last == 0x0D ? line.dropLast() : line
    }

    fileprivate var trimmedText: String {
        let start = firstIndex { $0 != 0x20 && $0 != 0x09 } ?? endIndex
        let end = lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? start
        return String(decoding: self[start..<end], as: UTF8.self)
    }
}
