import SIP

/// A whole request of which a test changes one line.
struct SmallRequest {
    var start = "MESSAGE sip:1002@exchange.local SIP/2.0"
    var via = "Via: SIP/2.0/TCP 192.0.2.7:5060;branch=z9hG4bKsmall"
    var from = "From: \"user\" <sip:1001@exchange.local>;tag=u1"
    var to = "To: <sip:1002@exchange.local>"
    var callID = "Call-ID: small@192.0.2.7"
    var cseq = "CSeq: 7 MESSAGE"
    var contentLength = "Content-Length: 5"
    var extra: [String] = []
    var body = "hello"

    var bytes: [UInt8] {
        let lines = [start, via, from, to, callID, cseq] + extra + [contentLength]
        return Octets.head(lines.joined(separator: "\n")) + Array(body.utf8)
    }

    /// What a message of this shape is refused with; nil when it is read.
    static func refusal(_ change: (inout SmallRequest) -> Void) -> ParseError? {
        var request = SmallRequest()
        change(&request)
        return SIPTests.refusal(of: request.bytes)
    }

    static func parse(_ change: (inout SmallRequest) -> Void = { _ in }) throws -> Request? {
        var request = SmallRequest()
        change(&request)
        return try Message.parse(request.bytes).asRequest
    }
}
