/// A session description (RFC 8866): as much of it as offer and answer (RFC 3264) need, within bounds.
///
/// Lines that we do not use (i=, u=, e=, p=, b=, r=, z=, k=) are read over and not kept. Times are always `0 0`.
public struct SessionDescription: Equatable, Sendable {
    /// Bounds on what a peer may send; beyond them parsing fails.
    public enum Limits {
        /// Bytes of the whole description.
        public static let size = 16_384
        /// Lines of all kinds.
        public static let lines = 1_024
        /// Media descriptions.
        public static let media = 32
        /// Formats of one medium.
        public static let formats = 64
    }

    /// Why a text is not a session description; the line counts from 1.
    public struct Fault: Error, Equatable, Sendable {
        /// What is wrong.
        public enum Reason: Hashable, Sendable {
            /// Larger than `Limits.size`, or more lines, media or formats than allowed.
            case tooLarge
            /// A NUL, a lone CR, or a line that is not `x=value`.
            case malformedLine
            /// A version other than 0.
            case unsupportedVersion
            /// v=, o=, s= or t= is absent or out of order.
            case missingLine
            /// A number, address or payload type that the grammar does not allow.
            case malformedValue
        }

        /// What is wrong.
        public var reason: Reason
        /// In which line, from 1.
        public var line: Int

        /// A fault.
        public init(reason: Reason, line: Int) {
            self.reason = reason
            self.line = line
        }
    }

    /// Who made the description, and which revision it is (o=).
    public struct Origin: Hashable, Sendable {
        /// The user's name, `-` where there is none.
        public var username: String
        /// Digits; unique together with the other fields.
        public var sessionID: String
        /// Digits; one more for each change (RFC 3264 §8).
        public var version: String
        /// Where it was made.
        public var address: Address

        /// An origin.
        public init(username: String = "-", sessionID: String, version: String, address: Address) {
            self.username = username
            self.sessionID = sessionID
            self.version = version
            self.address = address
        }
    }

    /// A network address (c=, o=).
    public struct Address: Hashable, Sendable {
        /// IPv4 or IPv6.
        public enum Family: String, Hashable, Sendable {
            /// Version 4.
            case ip4 = "IP4"
            /// Version 6.
            case ip6 = "IP6"
        }

        /// The family.
        public var family: Family
        /// A numeric address or host name.
        public var host: String

        /// The address of a host in numeric form; a colon makes it IPv6.
        public init(host: String) {
            self.host = host
            family = host.utf8.contains(UInt8(ascii: ":")) ? .ip6 : .ip4
        }

        package init(family: Family, host: String) {
            self.family = family
            self.host = host
        }
    }

    /// Which way media flows, as the describing side sees it (RFC 8866 §6.7).
    public enum Direction: String, Hashable, Sendable, CaseIterable {
        /// Both ways.
        case sendrecv
        /// Only from the describing side: it holds the other.
        case sendonly
        /// Only to the describing side.
        case recvonly
        /// Neither way.
        case inactive
    }

    /// An a= line: `a=name` or `a=name:value`.
    public struct Attribute: Hashable, Sendable {
        /// What stands before the first colon.
        public var name: String
        /// What stands behind it; nil for a property without a value.
        public var value: String?

        /// An attribute.
        public init(_ name: String, _ value: String? = nil) {
            self.name = name
            self.value = value
        }
    }

    /// A medium (m=).
    public struct Media: Hashable, Sendable {
        /// `audio`, `video`, `text`, ...
        public var kind: String
        /// Where it is received; 0 refuses or removes the medium (RFC 3264 §5.1, §6).
        public var port: UInt16
        /// How many ports, where the line says so (`49170/2`).
        public var portCount: UInt16?
        /// `RTP/AVP`, `RTP/SAVP`, ...
        public var transport: String
        /// Payload types for RTP, most wanted first.
        public var formats: [String]
        /// The medium's own address; nil means the session's.
        public var connection: Address?
        /// In their order, direction included.
        public var attributes: [Attribute]

        /// A medium.
        public init(
            kind: String, port: UInt16, portCount: UInt16? = nil, transport: String = "RTP/AVP", formats: [String],
            connection: Address? = nil, attributes: [Attribute] = []
        ) {
            self.kind = kind
            self.port = port
            self.portCount = portCount
            self.transport = transport
            self.formats = formats
            self.connection = connection
            self.attributes = attributes
        }
    }

    /// o=
    public var origin: Origin
    /// s=
    public var name: String
    /// c= of the session; nil when each medium has its own.
    public var connection: Address?
    /// a= of the session.
    public var attributes: [Attribute]
    /// m=, in order; an answer has as many as the offer.
    public var media: [Media]

    /// A description with the given parts.
    public init(
        origin: Origin, name: String = "-", connection: Address?, attributes: [Attribute] = [], media: [Media]
    ) {
        self.origin = origin
        self.name = name
        self.connection = connection
        self.attributes = attributes
        self.media = media
    }

    /// The direction of a medium: its own, else the session's, else both ways.
    public func direction(of medium: Media) -> Direction {
        (medium.attributes + attributes).lazy.compactMap { Direction(rawValue: $0.name) }.first ?? .sendrecv
    }
}

extension SessionDescription {
    /// The bytes, lines ended by CRLF. Control characters inside of values would make lines of their own: they are
    /// left out.
    public var serialized: [UInt8] {
        var text = ""
        func line(_ type: Character, _ value: String) {
            text.append(type)
            text += "="
            text.unicodeScalars.append(
                contentsOf: value.unicodeScalars.lazy.filter { $0.value >= 0x20 && $0.value != 0x7F })
            text += "\r\n"
        }
        func attribute(_ attribute: Attribute) {
            line("a", attribute.value.map { "\(attribute.name):\($0)" } ?? attribute.name)
        }
        line("v", "0")
        line("o", "\(origin.username) \(origin.sessionID) \(origin.version) \(origin.address.text)")
        line("s", name)
        if let connection { line("c", connection.text) }
        line("t", "0 0")
        attributes.forEach(attribute)
        for medium in media {
            let count = medium.portCount.map { "/\($0)" } ?? ""
            let formats = medium.formats.joined(separator: " ")
            line("m", "\(medium.kind) \(medium.port)\(count) \(medium.transport) \(formats)")
            if let connection = medium.connection { line("c", connection.text) }
            medium.attributes.forEach(attribute)
        }
        return Array(text.utf8)
    }
}

extension SessionDescription.Address {
    fileprivate var text: String { "IN \(family.rawValue) \(host)" }
}
