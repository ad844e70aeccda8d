import SIP
import Testing

@Suite("Replaces") struct ReplacesValues {
    static let dialog = DialogID(callID: "98732@sip.example.com", localTag: "r33th4x0r", remoteTag: "ff87ff")

    @Test(
        "is read as RFC 3891 writes it, in any order, and written again",
        arguments: [
            "98732@sip.example.com;from-tag=ff87ff;to-tag=r33th4x0r",
            "98732@sip.example.com ;to-tag=r33th4x0r ; FROM-TAG=ff87ff;x=y",
        ])
    func read(_ text: String) throws {
        let replaces = try #require(Replaces(text))
        #expect(replaces == Replaces(Self.dialog))
        #expect(replaces.description == "98732@sip.example.com;to-tag=r33th4x0r;from-tag=ff87ff")
        #expect(Replaces(replaces.description) == replaces)
    }

    @Test("may mean only what is not answered yet") func earlyOnly() throws {
        let replaces = try #require(Replaces("1;to-tag=a;from-tag=b;early-only"))
        #expect(replaces.isEarlyOnly)
        #expect(replaces.description.hasSuffix(";early-only"))
    }

    @Test(
        "without both tags, with one twice or with what is no Call-ID is none",
        arguments: [
            "", ";", "98732", "98732;to-tag=a", "98732;from-tag=a", "98732;to-tag;from-tag=b", ";to-tag=a;from-tag=b",
            "98732;to-tag=a;to-tag=c;from-tag=b", "a b;to-tag=a;from-tag=b", "1;to-tag=\"a,b\";from-tag=b",
            "1;to-tag=a;from-tag=b, 2;to-tag=a;from-tag=b", "1,2;to-tag=a;from-tag=b",
            "1\r\nRoute: <sip:x>;to-tag=a;from-tag=b", "1;to-tag=a;from-tag=\"b\r\nX: y\"",
        ])
    func unreadable(_ text: String) {
        #expect(Replaces(text) == nil)
    }

    @Test("goes into a Refer-To so that it comes out again") func inReferTo() throws {
        let dialog = DialogID(callID: "a=1&b?c@[2001:db8::1]", localTag: "x", remoteTag: "y.-!%*_+`'~")
        let replaces = Replaces(peerOf: dialog)
        let referTo = NameAddress(try URI(parsing: "sip:1003@exchange.local;method=INVITE?Subject=x").asking(replaces))
        let again = try NameAddress(parsing: referTo.description)
        #expect(again.uri.headers.map(\.name) == ["Replaces"])
        #expect(Replaces(try #require(again.uri.headers.first?.value)) == replaces)
        #expect(replaces.dialog == DialogID(callID: dialog.callID, localTag: "y.-!%*_+`'~", remoteTag: "x"))
    }
}
