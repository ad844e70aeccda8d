import SIP
import Testing

@Suite("URIs")
struct URIs {
    @Test(
        "are written as they were read",
        arguments: [
            "sip:alice@atlanta.com", "sip:alice:secretword@atlanta.com;transport=tcp", "sips:1212@gateway.com",
            "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:+1-212-555-1212:1234@gateway.com;user=phone",
            "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com", "sip:alice;day=tuesday@atlanta.com",
            "sip:a@[::1]:5060;lr",
            "tel:+1-201-555-0123", "tel:7042;phone-context=example.com", "urn:service:sos",
            "http://example.com/a?b#c".replacingHash,
            "sip:host_name", "sip:example.com.", "sip:a@b;p=%5Bx%5D", "cid:x@y",
        ])
    func roundTrip(text: String) throws {
        let uri = try URI(parsing: text)
        #expect(uri.description == text)
        #expect(try URI(parsing: uri.description) == uri)
    }

    @Test(
        "are refused",
        arguments: [
            "", "sip", ":", "sip:", "sip:@", "sip:a@", "sip:@b", "sip:a b@c", "sip:a@b c", "sip:a@b@c", "sip:a@b:",
            "sip:a@b:99999",
            "sip:a@[::1", "sip:a@::1", "sip:a@[::g]", "sip:a@1.2.3", "sip:a@.b", "sip:a@b..c", "sip:a@b;", "sip:a@b;;x",
            "sip:a@b;=1",
            "sip:a@b;x=", "sip:a@b?", "sip:a@b?x", "sip:a@b?=1", "sip:a@b?x=1&", "sip:é@b", "sip:a%@b", "sip:a%4@b",
            "sip:a@b;x=%zz",
            "1sip:a@b", "tel:", "tel:+1 201", "sip:a\0@b", "sip:a@b\r\nEvil: 1", "<sip:a@b>", "sip:a@b>", "sip:a\"b@c",
            "http:",
        ])
    func refused(text: String) {
        #expect(throws: ParseError.self) { try URI(parsing: text) }
    }

    @Test(
        "mean the same by RFC 3261 19.1.4",
        arguments: [
            ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtlanTa.CoM;Transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
            ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
            (
                "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
                "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com"
            ),
            (
                "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
                "sip:alice@atlanta.com?priority=urgent&subject=project%20x"
            ),
            ("sip:a@[2001:DB8:0:0::1]", "sip:a@[2001:db8::1]"), ("sip:a%3bb@c", "sip:a%3Bb@c"),
            ("tel:+1-201-555-0123", "tel:+12015550123"), ("TEL:+1;Ext=1", "tel:+1;ext=1"), ("SIP:a@b", "sip:a@b"),
        ])
    func equivalent(left: String, right: String) throws {
        let (one, other) = (try URI(parsing: left), try URI(parsing: right))
        #expect(one.isEquivalent(to: other))
        #expect(other.isEquivalent(to: one))
    }

    @Test(
        "do not mean the same by RFC 3261 19.1.4",
        arguments: [
            ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
            ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
            ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
            ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"), ("sip:a@b", "sips:a@b"), ("sip:b", "sip:a@b"),
            ("sip:a@b;user=phone", "sip:a@b"), ("sip:a@b;x=1", "sip:a@b;x=2"), ("sip:a:p@b", "sip:a@b"),
            ("sip:a%3Bb@c", "sip:a;b@c"),
            ("tel:+1", "tel:1"), ("urn:a", "urn:A"), ("tel:1", "sip:1@x"),
        ])
    func different(left: String, right: String) throws {
        #expect(try !URI(parsing: left).isEquivalent(to: URI(parsing: right)))
        #expect(try !URI(parsing: right).isEquivalent(to: URI(parsing: left)))
    }

    @Test("built by hand escape what cannot stand there") func built() throws {
        #expect(URI.sip("a b@c", "x").description == "sip:a%20b%40c@x")
        #expect(URI.sip("1007", "::1", port: 5060).description == "sip:1007@[::1]:5060")
        #expect(URI.sip(nil, "exchange.local").description == "sip:exchange.local")
        #expect(URI.sip("", "exchange.local") == URI.sip(nil, "exchange.local"), "the grammar has no empty user")
        var uri = URI.sip("é", "x")
        uri.parameters.set("lr")
        uri.parameters["transport"] = "tcp"
        #expect(uri.description == "sip:%C3%A9@x;lr;transport=tcp")
        #expect(try URI(parsing: uri.description) == uri)
        uri.parameters["lr"] = nil
        #expect(uri.parameters.names == ["transport"])
    }

    @Test("a value in a parameter never becomes another one") func parameterInjection() throws {
        var uri = URI.sip("a", "x")
        uri.parameters["p"] = "1;lr>"
        #expect(uri.description == "sip:a@x;p=1%3Blr%3E")
        var address = NameAddress(.sip("a", "x"))
        address.parameters["p"] = "1;tag=2,\"<"
        #expect(address.description == #"<sip:a@x>;p="1;tag=2,\"<""#)
        #expect(try NameAddress(parsing: address.description).parameters["p"] == "1;tag=2,\"<")
    }
}

extension String {
    /// A fragment cannot stand in a SIP message.
    fileprivate var replacingHash: String { split(separator: "#").joined(separator: "%23") }
}
