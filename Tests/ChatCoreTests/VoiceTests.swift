import SIP
import Testing
import Webphone

@testable import ChatCore

@Suite("Voice in a chat") struct VoiceTests {
    private static let stream = AudioStream(
        remote: SocketAddress(host: "192.0.2.2", port: 4_000),
        remoteControl: SocketAddress(host: "192.0.2.2", port: 4_000), isMultiplexed: true,
        sends: AudioFormat(96, .opus), receives: [AudioFormat(96, .opus)])

    /// In a chat with guest in which both speak.
    private func speaking() -> Desk {
        var desk = Desk.inChat()
        desk.type("②")
        desk.hears(.voice(.placed(1), .on(Self.stream)))
        _ = (desk.commands(), desk.sounds())
        return desk
    }

    @Test("F2 asks; nothing is open until the other side agrees, and that is said") func asks() {
        var desk = Desk.inChat()
        desk.type("②")
        #expect(desk.sounds() == [.offer(.placed(1))])
        #expect(desk.box() == "= You ask guest to speak with you. Your microphone stays closed until they agree.")
        desk.hears(.voice(.placed(1), .asking))
        #expect(desk.state.call?.isHeard == false)
        desk.hears(.voice(.placed(1), .on(Self.stream)))
        #expect(desk.sounds() == [.mute(false)])
        #expect(desk.state.call?.isHeard == true)
        #expect(
            desk.box()
                == "= guest agreed. You are speaking with guest. Your microphone is OPEN; F3 closes it, F2 ends voice. "
                + "It is not encrypted.")
        desk.hears(.voice(.placed(1), .on(Self.stream)))
        #expect(desk.sounds().isEmpty, "what changes on the way opens no microphone that was closed")
    }

    @Test("F2 again takes the question back, and ends voice") func ends() {
        var desk = Desk.inChat()
        desk.type("②②")
        #expect(desk.commands() == [.endVoice(.placed(1))])
        #expect(desk.box() == "= You took your wish to speak with guest back.")
        desk = speaking()
        desk.type("②")
        #expect(desk.commands() == [.endVoice(.placed(1))])
        desk.hears(.voice(.placed(1), .off(by: .us)))
        #expect(desk.box() == "= You ended voice: your microphone is closed. The chat goes on as text.")
        #expect(desk.state.call?.sound == nil)
    }

    @Test("the other side ends it, or does not want it: that is said, and the chat goes on") func ended() {
        var desk = speaking()
        desk.hears(.voice(.placed(1), .off(by: .them)))
        #expect(desk.box() == "= guest ended voice: your microphone is closed. The chat goes on as text.")
        desk.type("②")
        desk.hears(.voice(.placed(1), .failed("The other side does not want to speak.")))
        #expect(desk.box() == "= There is no voice with guest. The other side does not want to speak.")
        #expect(desk.state.call?.isOn == true)
    }

    @Test("who is asked sees who asks; the dialog's first button opens no microphone") func asked() {
        var desk = Desk.inChat()
        desk.hears(.voiceAsked(.placed(1), isEncrypted: true))
        #expect(desk.effects() == [.bell])
        #expect(desk.state.dialogTitle == "Voice")
        #expect(
            desk.state.dialogText == [
                "guest, number 1002, asks to speak with you.", "Your microphone is open then; F3 closes it.",
            ])
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.refuseVoice(.placed(1))])
        #expect(desk.box() == "= You did not want to speak with guest. The chat goes on as text.")
        desk.hears(.voiceAsked(.placed(1), isEncrypted: true))
        desk.waits()
        desk.type("←⏎")
        #expect(desk.sounds() == [.accept(.placed(1))])
    }

    @Test("a telephone that calls with voice is accepted with it, or without") func telephone() {
        var desk = Desk("user")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.hears(.voiceAsked(.received(1), isEncrypted: true))
        #expect(desk.state.dialogText.first == "bob, number 1003, asks you for a chat, with voice.")
        #expect(
            desk.state.dialog.map { dialog in dialog.choices.map { dialog.label(of: $0) } } == [
                "Text only", "With voice", "Cancel",
            ])
        desk.waits()
        var other = desk
        desk.type("⏎")
        #expect(desk.commands() == [.accept(.received(1))])
        other.type("→⏎")
        #expect(other.commands().isEmpty)
        #expect(other.sounds().contains(.accept(.received(1))))
    }

    @Test("F2 while the question is open says yes to it") func answersByKey() {
        var desk = Desk.inChat()
        desk.hears(.voiceAsked(.placed(1), isEncrypted: true))
        desk.type("②")
        #expect(desk.sounds() == [.accept(.placed(1))])
        #expect(desk.state.dialog == nil)
    }

    @Test("the question goes when it is taken back, or the chat ends") func takenBack() {
        var desk = Desk.inChat()
        desk.hears(.voiceAsked(.placed(1), isEncrypted: true))
        desk.hears(.voice(.placed(1), .withdrawn))
        #expect(desk.state.dialog == nil)
        #expect(desk.box() == "= guest does not ask to speak with you any more.")
        desk.hears(.voiceAsked(.placed(1), isEncrypted: true))
        desk.hears(.call(.placed(1), .completed, by: .them))
        #expect(desk.state.dialog == nil)
    }

    @Test("F3 closes the microphone and opens it; /mute says which") func mutes() {
        var desk = speaking()
        desk.type("③")
        #expect(desk.state.isMuted)
        desk.type("③")
        #expect(!desk.state.isMuted)
        desk.type("/mute on⏎/mute on⏎/mute off⏎")
        #expect(desk.sounds() == [true, false, true, true, false].map { .mute($0) })
    }

    @Test("without voice F3 says so and opens nothing") func nothingToMute() {
        var desk = Desk.inChat()
        desk.type("③")
        #expect(desk.state.hint == "Your microphone is closed: there is no voice. F2 asks for it.")
        #expect(desk.sounds().isEmpty)
    }

    @Test("with push to talk voice begins with the microphone closed") func pushToTalk() {
        var desk = Desk.inChat()
        desk.type("/ptt on⏎②")
        #expect(desk.sounds() == [.keep(Voice.Preferences(pushToTalk: true)), .offer(.placed(1))])
        desk.hears(.voice(.placed(1), .on(Self.stream)))
        #expect(desk.sounds() == [.mute(true)])
        #expect(desk.state.isMuted)
        #expect(desk.box().contains("F3 opens your microphone, F2 ends voice."))
    }

    @Test("on hold nobody is heard, and a chat put aside neither") func held() {
        var desk = speaking()
        desk.hears(.call(.placed(1), .hold, by: .them))
        #expect(desk.state.call?.isHeard == false)
        desk.hears(.call(.placed(1), .inCall, by: .them))
        #expect(desk.state.call?.isHeard == true)
        desk = Desk.inChat()
        desk.hears(.call(.placed(1), .hold, by: .us))
        desk.type("②")
        #expect(desk.state.hint == "The chat is on hold; go on with it first, with ^O.")
    }

    @Test("who sends us on and waits aside is not spoken with meanwhile: no microphone is open unseen") func sentOn() {
        var desk = speaking()
        desk.hears(.transferAsked(.placed(1), to: Desk.bob))
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.endVoice(.placed(1)), .acceptTransfer(.placed(1), as: .placed(2))])
        #expect(desk.state.aside.first?.sound == nil)
        #expect(desk.box(2).contains("Voice with guest has ended: your microphone is closed."))
        desk.hears(.voiceAsked(.placed(1), isEncrypted: true))
        #expect(desk.commands() == [.refuseVoice(.placed(1))] && desk.state.dialog == nil)
    }

    @Test("nor is one opened by whoever holds us, or asks to speak, as they send us on", arguments: [true, false])
    func sentOnMeanwhile(_ isHeld: Bool) {
        var desk = isHeld ? speaking() : Desk.inChat()
        if isHeld { desk.hears(.call(.placed(1), .hold, by: .them)) }
        desk.hears(.transferAsked(.placed(1), to: Desk.bob))
        if !isHeld { desk.hears(.voiceAsked(.placed(1), isEncrypted: true)) }
        desk.waits()
        desk.type("⏎")
        let end: PhoneCommand = isHeld ? .endVoice(.placed(1)) : .refuseVoice(.placed(1))
        #expect(desk.commands() == [end, .acceptTransfer(.placed(1), as: .placed(2))])
        #expect(desk.state.dialog == nil && desk.state.aside.first?.sound == nil)
        desk.hears(.call(.placed(1), .inCall, by: .them))
        #expect(desk.state.aside.first?.isHeard == false)
    }

    @Test("where voice was left out, it is said, and nobody is asked") func voiceless() {
        let reason = "This program was built without voice."
        var desk = Desk("user", voiceless: reason)
        desk.type("⏎")
        desk.hears(.call(.placed(1), .inCall, by: .them))
        _ = desk.commands()
        desk.type("②")
        #expect(desk.state.hint == reason)
        desk.hears(.voiceAsked(.placed(1), isEncrypted: true))
        #expect(desk.commands() == [.refuseVoice(.placed(1))])
        #expect(desk.sounds().isEmpty, "nothing rings")
    }

    @Test("requests ring, whoever is asked is heard being rung, and neither when it is not wanted") func rings() {
        var desk = Desk("user")
        desk.hears(.incoming(.received(1), from: Desk.bob))
        #expect(desk.sounds() == [.sound(.ring)])
        desk.waits()
        desk.type("⎋")
        #expect(desk.sounds() == [.sound(nil)])
        desk.waits()
        desk.type("⏎")
        desk.hears(.call(.placed(1), .ringing, by: .them))
        #expect(desk.sounds() == [.sound(.ringBack)])
        desk.hears(.call(.placed(1), .inCall, by: .them))
        #expect(desk.sounds() == [.sound(nil)])
        desk.type("/ring off⏎")
        desk.hears(.incoming(.received(2), from: Desk.bob))
        #expect(desk.sounds() == [.keep(Voice.Preferences(rings: false))])
    }

    // MARK: - Unencrypted

    /// In a chat with guest through an exchange that is reached over TLS.
    private func secured(_ encryption: Voice.Encryption = .asked) -> Desk {
        var desk = Desk.inChat()
        desk.hears(.connected(through: Endpoint(transport: .tls, host: "pbx.example", port: 5_061)))
        desk.feed(.voice(.kept(Voice.Preferences(encryption: encryption))))
        return desk
    }

    @Test("who does not take it encrypted is spoken with unencrypted after an explicit yes, and not by a mere Enter")
    func plain() {
        var desk = secured()
        desk.type("②")
        desk.hears(.voice(.placed(1), .unencrypted))
        #expect(desk.box() == "= guest does not take encrypted voice.")
        #expect(
            desk.state.dialogText == [
                "The program of guest does not take encrypted voice.",
                "Speak unencrypted? Whoever is on the way can listen.",
            ])
        #expect(
            desk.state.dialog.map { dialog in dialog.choices.map { dialog.label(of: $0) } } == [
                "Unencrypted", "Text only",
            ])
        #expect(desk.state.call?.sound == nil)
        desk.waits()
        var other = desk
        other.type("⏎")
        #expect(other.sounds() == [.offer(.placed(1))] && other.commands().isEmpty)
        #expect(other.box() == "= You did not want to speak with guest unencrypted. The chat goes on as text.")
        desk.type("②")
        #expect(desk.state.hint == "Voice would not be encrypted: the dialog asks whether you want that.")
        desk.type("←⏎")
        #expect(desk.sounds() == [.offer(.placed(1)), .offer(.placed(1), isPlain: true)])
        desk.hears(.voice(.placed(1), .asking))
        desk.hears(.voice(.placed(1), .on(Self.stream)))
        #expect(desk.box().hasSuffix("F2 ends voice. It is not encrypted."))
        #expect(desk.state.call?.sound?.isSecured == false)
        desk.type("②")
        desk.hears(.voice(.placed(1), .off(by: .us)))
        desk.type("②")
        #expect(desk.sounds().last == .offer(.placed(1)), "the yes was for that time")
    }

    @Test("the question goes with the chat, and with theirs") func plainIsGone() {
        for report in [PhoneReport.call(.placed(1), .completed, by: .them), .offline(Desk.guest)] {
            var desk = secured()
            desk.type("②")
            desk.hears(.voice(.placed(1), .unencrypted))
            desk.hears(report)
            #expect(desk.state.dialog == nil)
        }
        var desk = secured()
        desk.type("②")
        desk.hears(.voice(.placed(1), .unencrypted))
        desk.hears(.voiceAsked(.placed(1), isEncrypted: true))
        #expect(desk.state.dialogs.map(\.question) == [.voice(.placed(1), .wished(isEncrypted: true))])
    }

    @Test("a question that was taken back meanwhile raises none") func plainTooLate() {
        var desk = secured()
        desk.type("②②")
        desk.hears(.voice(.placed(1), .unencrypted))
        #expect(desk.state.dialog == nil)
    }

    @Test("who asks for unencrypted voice is asked back: their dialog says so, and F2 does not answer it")
    func askedPlain() {
        var desk = secured()
        desk.hears(.voiceAsked(.placed(1), isEncrypted: false))
        #expect(desk.state.dialogText.first == "guest, number 1002, asks to speak with you, not encrypted.")
        desk.type("②")
        #expect(desk.sounds().isEmpty && desk.state.hint?.hasPrefix("Voice would not be encrypted") == true)
        desk.waits()
        desk.type("←⏎")
        #expect(desk.sounds() == [.accept(.placed(1), isPlain: true)])
        desk = secured()
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.hears(.voiceAsked(.received(1), isEncrypted: false))
        #expect(desk.state.dialogText.first == "bob, number 1003, asks you for a chat, with voice, not encrypted.")
        desk.waits()
        desk.type("→⏎")
        #expect(desk.sounds().contains(.accept(.received(1), isPlain: true)))
    }

    @Test("questions that cross are the answer only as both were meant", arguments: [true, false])
    func crossing(_ isEncrypted: Bool) {
        var desk = secured()
        desk.type("②")
        desk.hears(.voiceAsked(.placed(1), isEncrypted: isEncrypted))
        #expect((desk.state.dialog == nil) == isEncrypted)
        #expect(desk.sounds() == [.offer(.placed(1))] + (isEncrypted ? [.accept(.placed(1))] : []))
        guard !isEncrypted else { return }
        desk.waits()
        desk.type("⏎")
        #expect(desk.commands() == [.refuseVoice(.placed(1))] && desk.state.call?.sound == nil)
        desk = secured()
        desk.type("②")
        desk.hears(.voiceAsked(.placed(1), isEncrypted: false))
        desk.type("②")
        #expect(desk.commands() == [.endVoice(.placed(1))] && desk.state.dialog == nil)
    }

    @Test("where encryption is required nobody is asked, and it is said") func required() {
        var desk = secured(.required)
        desk.type("②")
        desk.hears(.voice(.placed(1), .unencrypted))
        #expect(
            desk.box()
                == "= guest does not take encrypted voice, and your configuration allows nothing else. There is no voice."
        )
        #expect(desk.state.dialog == nil && desk.state.call?.sound == nil)
        desk.hears(.voiceAsked(.placed(1), isEncrypted: false))
        #expect(
            desk.box()
                == "= guest asked to speak with you unencrypted, which your configuration does not allow.")
        #expect(desk.commands() == [.refuseVoice(.placed(1))] && desk.state.dialog == nil)
        desk.hears(.incoming(.received(1), from: Desk.bob))
        desk.hears(.voiceAsked(.received(1), isEncrypted: false))
        #expect(desk.state.dialog?.choices == [.ok, .cancel])
        desk = secured(.required)
        desk.hears(.voiceAsked(.placed(1), isEncrypted: true))
        #expect(desk.state.dialogText.first == "guest, number 1002, asks to speak with you.")
    }

    @Test("on this machine, and where all is plain, nothing more is asked") func readableAnyway() {
        var desk = Desk.inChat()
        desk.hears(.connected(through: Endpoint(transport: .tcp, host: "127.0.0.1", port: 7_777)))
        desk.hears(.voiceAsked(.placed(1), isEncrypted: false))
        #expect(desk.state.dialogText.first == "guest, number 1002, asks to speak with you.")
        desk.type("②")
        #expect(desk.sounds() == [.accept(.placed(1), isPlain: true)])
        desk = Desk.inChat()
        desk.hears(.connected(through: Endpoint(transport: .tcp, host: "pbx.example", port: 5_060)))
        desk.type("②")
        desk.hears(.voiceAsked(.placed(1), isEncrypted: false))
        #expect(desk.sounds() == [.offer(.placed(1)), .accept(.placed(1), isPlain: true)])
    }

    @Test("devices are listed, and chosen by number or name") func devices() {
        var desk = Desk("user")
        desk.type("/devices in 1⏎")
        #expect(desk.box() == "! List the devices first, with /devices.")
        desk.type("^U/devices⏎")
        desk.feed(
            .voice(
                .devices([
                    Voice.Device(name: "Built-in", roles: [.input, .output, .ring], isChosen: [.input]),
                    Voice.Device(name: "Headset", roles: [.output, .ring], isChosen: [.output]),
                ])))
        #expect(
            desk.box(3) == """
                  1: Built-in (in*, out, ring)
                  2: Headset (out*, ring)
                  A star marks what is in use. /devices in 2 chooses number 2 to speak into, out to hear with.
                """)
        desk.type("/devices ring head⏎/devices out⏎")
        #expect(
            desk.sounds() == [
                .listDevices, .choose(.ring, "Headset"), .keep(Voice.Preferences(devices: [.ring: "Headset"])),
                .choose(.output, nil),
            ])
        desk.type("/devices in 2⏎")
        #expect(desk.box() == "! Headset is not for that.")
        desk.type("^U/devices in \(Int.min)⏎")
        #expect(desk.box() == "! No device for that is called \(Int.min). /devices lists them.")
    }
}
