import Harness
import Testing

@Suite("linphonec as people set it", .enabled(if: Strangers.takePart), .manyAtOnce)
struct LinphoneSettingsTests {
    @Test(
        "calls us all the same",
        arguments: [
            ["sdp_200_ack=1"],  // it leaves the offer to us, and answers in its ACK
            ["media_encryption=srtp"], ["media_encryption=zrtp"],
            ["session_expires_enabled=1", "session_expires_value=120"], ["100rel_support_level=2"],
        ])
    func calls(settings: [String]) throws {
        let office = try OfficeWithLinphone(more: ["[sip]"] + settings)
        try office.asLinphoneAsked()
        try office.exchangeTexts()
        try office.lin.does("terminate")
        try office.ada.sees("lin hung up. Your chat with lin has ended.")
    }

    @Test(
        "is called by us all the same",
        arguments: [
            ["media_encryption=srtp"], ["incoming_calls_early_media=1"],
            ["incoming_calls_early_media=1", "100rel_support_level=2"],  // a reliable 183 with its answer
        ])
    func isCalled(settings: [String]) throws {
        let office = try OfficeWithLinphone(more: ["[sip]"] + settings)
        try office.asAdaAsked()
        try office.exchangeTexts()
        try office.ada.presses("C-x")
        try office.lin.sees("Call 1 with \"ada\" <sip:1000@exchange.local> ended (No error).")
    }

    @Test("that offers ICE calls us all the same")
    func ice() throws {
        let office = try OfficeWithLinphone(more: ["[net]", "firewall_policy=3"])
        try office.asLinphoneAsked()
        try office.exchangeTexts()
    }

    @Test("that wants no call without SRTP calls and is spoken with, encrypted")
    func secured() throws {
        let office = try OfficeWithLinphone(more: ["[sip]", "media_encryption=srtp", "media_encryption_mandatory=1"])
        try office.lin.calls("1000")
        try office.ada.sees("lin, number 1001, asks you for a chat, with voice.")
        try office.ada.decides("With voice", on: "Chat request")
        try office.ada.sees("● MIC OPEN")
        try office.ada.waits(for: "encrypted voice") {
            office.ada.screen.contains(", encrypted") && !office.ada.screen.contains("not encrypted")
        }
        try office.exchangeTexts()
    }

    @Test("hears the keys that we press")
    func keys() throws {
        let office = try OfficeWithLinphone()
        try office.asAdaAsked()
        try office.ada.says("/dtmf 15#")
        for key in ["1", "5", "#"] { try office.lin.sees("Receiving tone \(key) from") }
    }

    @Test("that watches a line sees the line online, and goes on when the rest is refused")
    func friends() throws {
        let office = try OfficeWithLinphone()
        let watcher = try Linphone(
            "eve", at: office.exchange.address,
            more: [
                "[friend_0]", "url=\"line\" <sip:Webphone1@\(office.exchange.address)>", "pol=accept", "subscribe=1",
                "[friend_1]", "url=\"ada\" <sip:1000@\(office.exchange.address)>", "pol=accept", "subscribe=1",
            ])
        try watcher.sees("Friend \"line\" <sip:Webphone1@\(office.exchange.address)> is Online")
        try watcher.writes("hello", to: "1000")
        try office.ada.sees("eve (1002) writes outside of a chat: hello")
    }
}
