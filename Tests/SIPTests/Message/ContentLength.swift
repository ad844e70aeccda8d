import SIP
import Testing

@Suite("Content-Length never misleads")
struct ContentLength {
    @Test(
        "what is no number, or none that fits, is answered 400",
        arguments: [
            "-1", "+5", "5 5", "5,5", "0x5", "", " ", "99999999999999999999999", "4294967296", "5;x", "five", "5.0",
            "٥",
        ])
    func malformed(value: String) {
        let error = SmallRequest.refusal { $0.contentLength = "Content-Length: " + value }
        #expect(error?.reason == .malformed(.contentLength))
        #expect(error?.rejection?.status == 400)
    }

    @Test("more than there is is answered 400", arguments: [6, 65_536, 4_294_967_295])
    func tooMuch(length: Int) {
        #expect(SmallRequest.refusal { $0.contentLength = "l: \(length)" }?.reason == .truncatedBody)
    }

    @Test("a response with a wrong one is dropped") func response() {
        let bytes = Octets.head(
            "SIP/2.0 200 OK\nVia: SIP/2.0/TCP a;branch=z9hG4bK1\nFrom: <sip:a@b>;tag=1\nTo: <sip:a@b>;tag=2\nCall-ID: 1\n"
                + "CSeq: 1 BYE\nContent-Length: 7")
        let error = refusal(of: bytes)
        #expect(error?.reason == .truncatedBody)
        #expect(error?.rejection == nil)
    }

    @Test("less than there is cuts the rest off") func less() throws {
        #expect(try SmallRequest.parse { $0.contentLength = "Content-Length: 2" }?.body == Array("he".utf8))
        #expect(try SmallRequest.parse { $0.contentLength = "Content-Length: 0000" }?.body == [])
    }

    @Test("without one a datagram's body goes to its end") func absent() throws {
        #expect(try SmallRequest.parse { $0.contentLength = "Subject: x" }?.body == Array("hello".utf8))
    }

    @Test("it is framing, not content: the table does not hold it") func consumed() throws {
        #expect(try SmallRequest.parse()?.headers[.contentLength] == nil)
    }
}
