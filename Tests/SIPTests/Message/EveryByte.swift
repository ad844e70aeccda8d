import SIP
import Testing

/// No input crashes the parser, whatever it does to the message; and what is read can be written and read again.
@Suite("cut, flipped and shuffled at every byte")
struct EveryByte {
    private static let samples: [[UInt8]] = [
        SmallRequest().bytes,
        Octets.message(
            """
            INVITE sips:%41lice:pw@[2001:db8::1]:5061;transport=tcp;lr SIP/2.0
            v: SIP / 2.0 / TLS [::1]:5061 ;branch = z9hG4bK1;rport, SIP/2.0/UDP 192.0.2.1
            From: "A \\"B\\" \u{202E}" <sip:a@b?Subject=x&Priority=y>
              ;tag=1;x="q;,<>"
            To: Bob B <tel:+1-201-555;phone-context=x>
            i: a@b
            CSeq: 1 INVITE
            m: <sip:x@y>, "z" <sip:z@y>;expires=60, sip:w@y;q=0.1
            Route: <sip:p1;lr>, <sip:p2;lr>
            WWW-Authenticate: Digest realm="x, y", nonce="1", algorithm=MD5
            Event: presence;id=1
            Subscription-State: active;expires=60
            c: text/plain;charset="utf-8"
            l: 5
            """, body: "hey"),
        Octets.head(
            """
            SIP/2.0 200 OK
            Via: SIP/2.0/UDP a;branch=z9hG4bK1;received=1.2.3.4;rport=5060
            From: <sip:a@b>;tag=1
            To: <sip:b@c>;tag=2
            Call-ID: x
            CSeq: 4711 REGISTER
            Contact: *
            P-Associated-URI: <sip:1007@b>
            """),
    ]

    /// Reads and, when that works, asks for everything.
    private func exercise(_ bytes: [UInt8]) {
        guard let message = try? Message.parse(bytes) else { return }
        for (name, _) in message.headers { _ = message.headers.values(name) }
        let fields: any MessageFields =
            switch message {
            case .request(let request): request
            case .response(let response): response
            }
        _ = (fields.vias, fields.from, fields.to, fields.cseq, fields.contacts, fields.routes, fields.event)
        _ = (fields.subscriptionState, fields.contentType, fields.challenges, fields.associatedURIs, fields.expires)
        if let request = message.asRequest { _ = try? Response(200, to: request, toTag: "t").serialized() }
        guard let written = try? message.serialized() else {
            Issue.record("read but not written: \(String(decoding: bytes, as: UTF8.self))")
            return
        }
        let again = try? Message.parse(written)
        if again != message { Issue.record("not the same: \(String(decoding: bytes, as: UTF8.self))") }
    }

    @Test("cut at every byte", arguments: samples.indices) func cut(index: Int) {
        let sample = EveryByte.samples[index]
        for end in sample.indices {
            exercise(Array(sample[..<end]))
            exercise(Array(sample[end...]))
        }
    }

    @Test("with every byte flipped in every bit", arguments: samples.indices) func flip(index: Int) {
        let sample = EveryByte.samples[index]
        for position in sample.indices {
            for bit in 0..<8 {
                var bytes = sample
                bytes[position] ^= 1 << UInt8(bit)
                exercise(bytes)
            }
        }
    }

    @Test("with every byte replaced by those that mean something", arguments: samples.indices) func replace(index: Int)
    {
        let sample = EveryByte.samples[index]
        for position in sample.indices {
            for octet in Array("\0\t\r\n \"\\<>,;:=%@[]*/?&".utf8) + [0x7F, 0x80, 0xFF] {
                var bytes = sample
                bytes[position] = octet
                exercise(bytes)
                bytes.insert(octet, at: position)
                exercise(bytes)
            }
        }
    }

    @Test("with pieces swapped and repeated", arguments: 0..<8) func shuffle(seed: UInt64) {
        var random = Identifiers.seeded(seed)
        for _ in 0..<2_000 {
            var bytes = EveryByte.samples[Int.random(in: EveryByte.samples.indices, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let one = Int.random(in: 0..<bytes.count, using: &random)
                let other = min(bytes.count, one + Int.random(in: 0...40, using: &random))
                bytes.insert(contentsOf: bytes[one..<other], at: Int.random(in: 0...bytes.count, using: &random))
            }
            exercise(bytes)
        }
    }

    @Test(
        "fields alone, cut at every byte",
        arguments: [
            #""A \"B" <sips:%41:pw@[2001:db8::1]:5061;a=b?c=d&e=f>;tag=1;x="y""#, "tel:+1(201)555;phone-context=a",
            "SIP / 2.0 / UDP [::1] : 5060 ; branch = z ; received=::1", "Digest a=\"b\\\"\", c=d", "text/plain; x=\"\\",
        ])
    func fields(text: String) {
        for end in 0...text.utf8.count {
            let part = String(decoding: text.utf8.prefix(end), as: UTF8.self)
            let written = (try? NameAddress(parsing: part))?.description
            #expect(written == nil || (try? NameAddress(parsing: written ?? ""))?.description == written)
            _ = try? Via(parsing: part)
            _ = try? URI(parsing: part)
            _ = AuthenticationParameters(part)
            _ = MediaType(part)
            _ = EventPackage(part)
        }
    }
}
