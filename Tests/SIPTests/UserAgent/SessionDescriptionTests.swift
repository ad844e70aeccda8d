import SIP
import Testing

@Suite("A session description") struct SessionDescriptionTests {
    static func text(_ lines: String...) -> [UInt8] { Array(lines.map { $0 + "\r\n" }.joined().utf8) }
    static let head = "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\n"

    @Test("is read and written back") func roundTrip() throws {
        let bytes = Self.text(
            "v=0", "o=guest 2890844526 2890842807 IN IP4 192.0.2.9", "s=call", "c=IN IP4 192.0.2.9", "t=0 0",
            "a=group:BUNDLE 1", "m=audio 49170/2 RTP/AVP 0 8 101", "c=IN IP6 2001:db8::1",
            "a=rtpmap:101 telephone-event/8000", "a=sendonly", "m=text 0 TCP/MSRP *")
        let description = try SessionDescription(parsing: bytes)
        #expect(description.serialized == bytes)
        #expect(description.media[0].portCount == 2)
        #expect(description.direction(of: description.media[0]) == .sendonly)
        #expect(description.direction(of: description.media[1]) == .sendrecv)
        #expect(description.media[0].connection?.family == .ip6)
    }

    @Test("of a text call offers audio and leaves it inactive") func textOffer() {
        let offer = SessionDescription.textOffer(from: "2001:db8::7", sessionID: 42)
        #expect(
            offer.serialized
                == Self.text(
                    "v=0", "o=- 42 1 IN IP6 2001:db8::7", "s=-", "c=IN IP6 2001:db8::7", "t=0 0", "m=audio 9 RTP/AVP 0",
                    "a=inactive"))
    }

    @Test("is answered medium by medium, in order") func answer() throws {
        let offer = try SessionDescription(
            parsing: Array(
                (Self.head + "c=IN IP4 192.0.2.9\r\nt=0 0\r\nm=video 1 RTP/AVP 96\r\nm=audio 2 RTP/SAVP 0\r\n"
                    + "m=audio 3 RTP/AVP 96 0\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 x=1\r\n").utf8))
        let answer = try #require(offer.textAnswer(from: "192.0.2.1", sessionID: 7))
        #expect(answer.media.map(\.port) == [0, 0, 9])
        #expect(answer.media[2].formats == ["96", "0"])
        #expect(answer.media[2].attributes == [.init("rtpmap", "96 opus/48000/2"), .init("inactive")])
    }

    @Test("without media is fine, with none for us it is not") func noMedia() throws {
        let empty = try SessionDescription(parsing: Array((Self.head + "t=0 0\r\n").utf8))
        #expect(empty.textAnswer(from: "192.0.2.1", sessionID: 7)?.media.isEmpty == true)
        let secure = try SessionDescription(
            parsing: Array((Self.head + "t=0 0\r\nm=audio 4 UDP/TLS/RTP/SAVPF 0\r\n").utf8))
        #expect(secure.textAnswer(from: "192.0.2.1", sessionID: 7) == nil)
    }

    @Test("cannot be made to hold another line") func injection() {
        var description = SessionDescription.textOffer(from: "192.0.2.1", sessionID: 1)
        description.name = "x\r\nm=audio 1 RTP/AVP 0"
        description.attributes = [.init("a", "b\nc=IN IP4 203.0.113.66")]
        let text = String(decoding: description.serialized, as: UTF8.self)
        #expect(!text.contains("\nm=audio 1") && !text.contains("\nc=IN IP4 203"))
    }

    @Test(
        "that is broken is refused with the line",
        arguments: [
            ("", .missingLine, 1),
            ("v=1\r\n", .unsupportedVersion, 1),
            ("v=0\r\ns=-\r\n", .missingLine, 2),
            ("v=0\r\no=- 1 1 IN IP4\r\ns=-\r\nt=0 0\r\n", .malformedValue, 3),
            ("v=0\r\no=- -1 1 IN IP4 a\r\ns=-\r\nt=0 0\r\n", .malformedValue, 3),
            (head, .missingLine, 3),
            (head + "m=audio 1 RTP/AVP 0\r\nt=0 0\r\n", .missingLine, 4),
            (head + "t=0 0\r\nm=audio 65536 RTP/AVP 0\r\n", .malformedValue, 5),
            (head + "t=0 0\r\nm=audio -1 RTP/AVP 0\r\n", .malformedValue, 5),
            (head + "t=0 0\r\nm=audio 1/0 RTP/AVP 0\r\n", .malformedValue, 5),
            (head + "t=0 0\r\nm=audio 1 RTP/AVP 128\r\n", .malformedValue, 5),
            (head + "t=0 0\r\nm=audio 1 RTP/AVP 4294967296\r\n", .malformedValue, 5),
            (head + "t=0 0\r\nm=audio 1 RTP/AVP\r\n", .malformedValue, 5),
            (head + "t=0 0\r\nm=audio 1 \u{1} RTP/AVP 0\r\n", .malformedValue, 5),
            (head + "t=0 0\r\nc=IN IP4 a\u{7F}\r\n", .malformedValue, 5),
            ("v=0\r\no=\u{1B}[ 1 1 IN IP4 a\r\ns=-\r\nt=0 0\r\n", .malformedValue, 3),
            (head + "t=0 0\r\na=x\0y\r\n", .malformedLine, 5),
            (head + "t=0 0\r\na=x\ry\r\n", .malformedLine, 5),
            (head + "t=0 0\r\nnonsense\r\n", .malformedLine, 5),
            (head + "t=0 0\r\nc=IN IP5 x\r\n", .malformedValue, 5),
            (head + "t=0 0\r\nv=0\r\n", .malformedLine, 5),
        ] as [(String, SessionDescription.Fault.Reason, Int)])
    func broken(_ text: String, _ reason: SessionDescription.Fault.Reason, _ line: Int) {
        #expect(throws: SessionDescription.Fault(reason: reason, line: line)) {
            try SessionDescription(parsing: Array(text.utf8))
        }
    }

    @Test("beyond the bounds is refused") func bounds() {
        let start = Self.head + "t=0 0\r\n"
        let media = start + String(repeating: "m=audio 1 RTP/AVP 0\r\n", count: SessionDescription.Limits.media + 1)
        let formats =
            start + "m=audio 1 RTP/AVP" + String(repeating: " 0", count: SessionDescription.Limits.formats + 1)
        let lines = start + String(repeating: "a=x\r\n", count: SessionDescription.Limits.lines)
        let size = start + "a=" + String(repeating: "x", count: SessionDescription.Limits.size)
        for text in [media, formats, lines, size] {
            let fault = #expect(throws: SessionDescription.Fault.self) {
                try SessionDescription(parsing: Array(text.utf8))
            }
            #expect(fault?.reason == .tooLarge)
        }
    }

    @Test("cut at any byte is read or refused, never worse") func cut() {
        let whole = Array(RenewalTests.softphone.utf8)
        for end in whole.indices { _ = try? SessionDescription(parsing: Array(whole[..<end])) }
        var seed = Identifiers.seeded(3)
        for _ in 0..<2_000 {
            var bytes = whole
            for _ in 0..<3 { bytes[Int.random(in: bytes.indices, using: &seed)] = .random(in: 0...255, using: &seed) }
            if let read = try? SessionDescription(parsing: bytes) {
                _ = read.textAnswer(from: "192.0.2.1", sessionID: 1)
            }
        }
    }
}
