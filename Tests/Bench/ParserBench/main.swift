// Prints how many 650-byte INVITEs one core parses a second.
import SIP

let invite = Array(
    """
    INVITE sip:1002@exchange.example.com SIP/2.0\r
    Via: SIP/2.0/TCP 192.0.2.17:5060;branch=z9hG4bK74bf9a7c1e0d2f4;rport\r
    Max-Forwards: 70\r
    Route: <sip:exchange.example.com;lr;transport=tcp>\r
    From: "Ada Lovelace" <sip:1001@exchange.example.com>;tag=9fxced76sl2k4j\r
    To: <sip:1002@exchange.example.com>\r
    Call-ID: 3848276298220188511a7d9c4b2e@192.0.2.17\r
    CSeq: 1 INVITE\r
    Contact: <sip:1001@192.0.2.17:5060;transport=tcp>;+sip.instance="<urn:uuid:0d4c>"\r
    Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, MESSAGE, NOTIFY\r
    Supported: outbound, path\r
    Content-Type: application/sdp\r
    Content-Length: 113\r
    \r
    v=0\r
    o=- 2890844526 2890844526 IN IP4 192.0.2.17\r
    s=-\r
    c=IN IP4 192.0.2.17\r
    t=0 0\r
    m=audio 9 RTP/AVP 0\r
    a=inactive\r

    """.utf8)

func parsed(_ count: Int) -> Int {
    var understood = 0
    for _ in 0..<count {
        if case .request = try? Message.parse(invite) { understood += 1 }
    }
    return understood
}

precondition(parsed(1) == 1, "the sample itself does not parse")
let count = 1_000_000
_ = parsed(count / 10)
let clock = ContinuousClock()
var best = Duration.seconds(1_000)
for _ in 0..<3 {
    best = min(best, clock.measure { precondition(parsed(count) == count) })
}
let seconds = Double(best.components.seconds) + Double(best.components.attoseconds) / 1e18
print(Double(count) / seconds)
