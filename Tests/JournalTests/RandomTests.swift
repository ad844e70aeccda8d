import Journal
import SIP
import Testing

@Suite("Whatever strangers send") struct RandomTests {
    @Test("traces and stories stay single lines without secrets, whatever octets are changed") func changed() throws {
        let original = Array(
            """
            INVITE sip:1002@h SIP/2.0\r
            Via: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r
            From: "ada \u{202E}" <sip:1007:hunter2@h>;tag=a\r
            To: <sip:1002@h>\r
            Call-ID: d8s7\r
            CSeq: 1 INVITE\r
            Authorization: Digest username="601", response="hunter2", cnonce="hunter2"\r
            Content-Type: application/sdp\r
            \r
            v=0\r
            m=audio 9 RTP/AVP 0\r
            """.utf8)
        let flow = Flow(
            transport: .ws, local: SocketAddress(host: "192.0.2.1", port: 1),
            remote: SocketAddress(host: "192.0.2.7", port: 2))
        let credentials = try #require(original.firstRange(of: Array("Authorization".utf8))).lowerBound
        var random = Identifiers.seeded(7)
        var story = CallStory(limit: 64)
        var parsed = 0
        for round in 0..<20_000 {
            var octets = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: octets.indices, using: &random)
                // What is called otherwise is no secret any more.
                if (credentials..<(credentials + 40)).contains(place) { continue }
                octets[place] = UInt8.random(in: 0...255, using: &random)
            }
            guard let message = try? Message.parse(octets) else { continue }
            parsed += 1
            let lines = Mask(hidesBodies: round % 2 == 0).lines(of: message)
            let told = story.observe(message, .received, on: flow, at: .milliseconds(round))
            for line in lines + told {
                #expect(
                    line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }, "\(line)")
                if line.hasPrefix("Authorization") { #expect(!line.contains("hunter2"), "\(line)") }
            }
        }
        #expect(parsed > 1_000)
    }
}
