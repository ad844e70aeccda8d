/// What DNS is asked, and the records that answer it.
package struct DNSQuestion: Hashable, Sendable {
    package enum Kind: UInt16, Hashable, Sendable {
        /// Which host and port offer a service (RFC 2782).
        case srv = 33
        /// Which services a domain offers over what (RFC 3403).
        case naptr = 35
    }

    /// Without a final dot, in small letters.
    package let name: String
    package let kind: Kind

    package init(_ name: String, _ kind: Kind) {
        self.name = name.asciiLowercased
        self.kind = kind
    }
}

package enum DNSRecord: Hashable, Sendable {
    case service(Service)
    case pointer(NamingPointer)

    /// SRV: of those with the lowest priority one is taken at random, in proportion to its weight.
    package struct Service: Hashable, Sendable {
        package var priority: UInt16
        package var weight: UInt16
        package var port: UInt16
        /// A host name in small letters; empty where the domain says that it does not have the service.
        package var target: String

        package init(priority: UInt16, weight: UInt16, port: UInt16, target: String) {
            self.priority = priority
            self.weight = weight
            self.port = port
            self.target = target
        }
    }

    /// NAPTR, as far as RFC 3263 has a use for it.
    package struct NamingPointer: Hashable, Sendable {
        package var order: UInt16
        package var preference: UInt16
        /// In small letters; `s`: the replacement has SRV records.
        package var flags: String
        /// In small letters: `sips+d2t`.
        package var service: String
        /// Whether it has a regular expression, which leads elsewhere than the replacement.
        package var isRewriting: Bool
        /// A name in small letters.
        package var replacement: String

        package init(
            order: UInt16, preference: UInt16, flags: String = "s", service: String, isRewriting: Bool = false,
            replacement: String
        ) {
            self.order = order
            self.preference = preference
            self.flags = flags
            self.service = service
            self.isRewriting = isRewriting
            self.replacement = replacement
        }
    }
}
