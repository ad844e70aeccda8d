import Foundation
import Testing

/// A client of an exchange, written out in text.
package final class TextClient {
    package let wire: Wire
    package let name: String
    package private(set) var number = "nobody"
    private let identity = UUID().uuidString
    private var requests = 0

    package init(_ name: String, at address: String) throws {
        wire = try Wire(to: address)
        self.name = name
    }

    /// A request with all it needs; its branch and CSeq are new.
    package func request(
        _ method: String, _ uri: String, from: String? = nil, _ fields: [String] = [], body: String = ""
    )
        -> String
    {
        requests += 1
        let lines =
            [
                "\(method) \(uri) SIP/2.0",
                "Via: SIP/2.0/TCP client.invalid;branch=z9hG4bK\(identity)-\(requests);rport",
                "Max-Forwards: 70", "From: \(from ?? "<sip:\(number)@localhost>");tag=text", "To: <\(uri)>",
                "Call-ID: \(identity)-\(requests)", "CSeq: \(requests) \(method)", "Contact: <sip:x@client.invalid>",
                "Content-Length: \(body.utf8.count)",
            ] + fields
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    /// Says who it is.
    package func asksForNumber() {
        let quoted = name.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        wire.sends(
            request("REGISTER", "sip:localhost", from: "\"\(quoted)\" <sip:Webphone1@localhost>", ["Expires: 60"])
                .replacing("To: <sip:localhost>", with: "To: <sip:Webphone1@localhost>"))
    }

    /// Says who it is and gets a number.
    package func registers() throws {
        asksForNumber()
        let answer = try wire.hears("SIP/2.0 200")
        let granted = try #require(answer.split(separator: "P-Associated-URI: <sip:").last)
        number = String(granted.prefix { $0 != "@" })
    }

    package func says(_ text: String, to number: String) {
        wire.sends(
            request("MESSAGE", "sip:\(number)@localhost", ["Content-Type: text/plain;charset=UTF-8"], body: text))
    }
}
