/// Writes a line's online list as PIDF (RFC 3863): one open tuple for each client, full state each time.
package enum PresenceDocument {
    /// The tuple of one client, kept ready because a document is joined from them at every change.
    package static func tuple(_ number: PhoneNumber, _ name: DisplayName, domain: String) -> [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(128 + name.text.utf8.count + domain.utf8.count)
        octets += "<tuple id='n".utf8
        octets += number.description.utf8
        octets += "'><status><basic>open</basic></status><contact>sip:".utf8
        octets += number.description.utf8
        octets.append(UInt8(ascii: "@"))
        append(domain, to: &octets)
        octets += "</contact><note>".utf8
        append(name.text, to: &octets)
        octets += "</note></tuple>".utf8
        return octets
    }

    package static func head(line: String, domain: String) -> [UInt8] {
        var octets = Array(
            "<?xml version='1.0' encoding='UTF-8'?><presence xmlns='urn:ietf:params:xml:ns:pidf' entity='sip:".utf8)
        append(line, to: &octets)
        octets.append(UInt8(ascii: "@"))
        append(domain, to: &octets)
        octets += "'>".utf8
        return octets
    }

    package static let tail = Array("</presence>".utf8)

    /// Text as XML character data, also good within either kind of quotes.
    private static func append(_ text: String, to octets: inout [UInt8]) {
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "&"): octets += "&amp;".utf8
            case UInt8(ascii: "<"): octets += "&lt;".utf8
            case UInt8(ascii: ">"): octets += "&gt;".utf8
            case UInt8(ascii: "'"): octets += "&apos;".utf8
            case UInt8(ascii: "\""): octets += "&quot;".utf8
            default: octets.append(octet)
            }
        }
    }
}
