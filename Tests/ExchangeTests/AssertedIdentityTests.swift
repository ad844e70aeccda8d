import SIP
import Testing

@testable import Exchange

@Suite("Identity, on every path") struct AssertedIdentityTests {
    static let forged = [
        "P-Asserted-Identity: \"Boss\" <sip:1@exchange.local>", "p-ASSERTED-identity:\n <tel:1>,\n\t<sip:2@x>",
        "P-Preferred-Identity: <sip:1@exchange.local>", "P-Associated-URI: <sip:1@exchange.local>",
    ]

    private func isHonest(_ message: some MessageFields, _ who: String) -> Bool {
        message.headers.values(.pAssertedIdentity) == [who] && !message.headers.contains(.pPreferredIdentity)
            && !message.headers.contains(.pAssociatedURI)
    }

    @Test(
        "outside of dialogs nobody says who he is but the exchange",
        arguments: ["INVITE", "MESSAGE", "OPTIONS", "INFO", "REFER"])
    func outside(method: String) throws {
        let pair = Pair()
        pair.ann.ask(method, "sip:1001@exchange.local", Self.forged)
        let request = try #require(pair.bob.lastRequest)
        #expect(isHonest(request, "\"ann\" <sip:1000@exchange.local>"))
        pair.bob.answer(request, 200, ["P-Asserted-Identity: <sip:1@x>", "P-Associated-URI: <sip:1@x>"])
        let answer = try #require(pair.ann.responses.last)
        #expect(!answer.headers.contains(.pAssociatedURI))
        #expect(!answer.headers.values(.pAssertedIdentity).contains("<sip:1@x>"))
    }

    @Test(
        "nor within a call, from either side",
        arguments: ["INVITE", "ACK", "MESSAGE", "BYE", "OPTIONS", "INFO", "UPDATE", "PRACK", "NOTIFY", "REFER"])
    func inside(method: String) throws {
        let pair = Pair()
        let (invite, answer) = try pair.call()
        pair.fromAnn(method, answer, Self.forged)
        #expect(isHonest(try #require(pair.bob.lastRequest), "\"ann\" <sip:1000@exchange.local>"))
        guard method != "NOTIFY" else { return }  // the phone of these tests keeps those apart
        pair.fromBob(method, invite, Self.forged)
        #expect(isHonest(try #require(pair.ann.lastRequest), "\"bob\" <sip:1001@exchange.local>"))
    }
}
