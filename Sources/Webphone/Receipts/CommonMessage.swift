import SIP

/// A message in the common format of instant messaging (Message/CPIM, RFC 3862): header fields about the message, MIME
/// header fields about its content, and the content.
///
/// It comes from the network. Its From is what its sender likes to be called, and never shown.
package struct CommonMessage: Sendable, Equatable {
    package static let mediaType = "message/cpim"
    /// The namespace of notification requests (RFC 5438 §6).
    package static let notifications = "urn:ietf:params:imdn"

    package enum Fault: Error, Equatable, Sendable {
        /// More header fields, or longer ones, than `Limits` allows.
        case tooLarge
        /// A line that is no header field, no end of them, or a field of the content twice.
        case malformed
        /// An encoding of the content that we do not read.
        case encoded
    }

    package enum Limits {
        package static let headers = 64
        /// Bytes of one line.
        package static let line = 1_024
    }

    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var fields: [Field]
    package var content: UserAgent.Content
    /// Header fields of the content other than its type.
    package var contentFields: [Field] = []

    package init(fields: [Field], content: UserAgent.Content) {
        self.fields = fields
        self.content = content
    }

    package init(parsing bytes: [UInt8]) throws(Fault) {
        var rest = bytes[...]
        fields = try Self.fields(&rest)
        var part = try Self.fields(&rest)
        /// Who takes the first of two and who takes the last would read two different contents.
        func take(_ name: String) throws(Fault) -> String? {
            let found = part.filter { $0.name.lowercased() == name }
            guard found.count <= 1 else { throw .malformed }
            part.removeAll { $0.name.lowercased() == name }
            return found.first?.value
        }
        switch try take("content-transfer-encoding")?.lowercased() {
        case nil, "7bit", "8bit", "binary": break
        case .some: throw .encoded
        }
        if let length = try take("content-length").flatMap({ Int($0) }), (0...rest.count).contains(length) {
            rest = rest.prefix(length)
        }
        content = UserAgent.Content(type: try take("content-type") ?? "text/plain", body: Array(rest))
        contentFields = part
    }

    /// The lines up to an empty one, which is taken too.
    private static func fields(_ rest: inout ArraySlice<UInt8>) throws(Fault) -> [Field] {
        var fields: [Field] = []
        while true {
            guard let end = rest.prefix(Limits.line + 1).firstIndex(of: 0x0A) else {
                throw rest.count > Limits.line ? .tooLarge : .malformed
            }
            var line = rest[rest.startIndex..<end]
            rest = rest[(end + 1)...]
            if line.last == 0x0D { line.removeLast() }
            guard !line.isEmpty else { return fields }
            guard fields.count < Limits.headers else { throw .tooLarge }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon != line.startIndex else { throw .malformed }
            let name = String(decoding: line[..<colon], as: UTF8.self)
            let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
            fields.append(Field(name, String(decoding: value, as: UTF8.self)))
        }
    }

    /// The bytes; control characters in a value would make lines of their own, and are left out.
    package var serialized: [UInt8] {
        var text = ""
        func write(_ fields: [Field]) {
            for field in fields {
                text += field.name + ": "
                text.unicodeScalars.append(
                    contentsOf: field.value.unicodeScalars.lazy.filter { $0.value >= 0x20 && $0.value != 0x7F })
                text += "\r\n"
            }
            text += "\r\n"
        }
        write(fields)
        write([Field("Content-Type", content.type)] + contentFields)
        return Array(text.utf8) + content.body
    }

    /// The value of a header field of the notifications' namespace, by whatever prefix it is called here.
    package func notificationField(_ name: String) -> String? {
        let declared = fields.first { $0.name == "NS" && $0.value.hasSuffix("<" + Self.notifications + ">") }
        guard let prefix = declared?.value.split(separator: " ").first else { return nil }
        return fields.first { $0.name == prefix + "." + name }?.value
    }
}

extension CommonMessage {
    /// What is in it for us: the content, or what we understand of one that has several parts.
    ///
    /// - Throws: `malformed` when its parts cannot be read, or are all of kinds that we do not understand.
    package var contents: [(content: UserAgent.Content, type: MediaType)] {
        get throws(Fault) {
            guard let type = MediaType(content.type) else { return [] }
            guard type.type == "multipart" else { return [(content, type)] }
            guard let parts = try? content.contents(of: UserAgent.Configuration.messageTypes) else { throw .malformed }
            return parts.compactMap { part in MediaType(part.type).map { (part, $0) } }
        }
    }
}
