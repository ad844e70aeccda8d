import Testing

@testable import Settings

@Suite("The chat's configuration file") struct ChatSettingsTests {
    private func settings(_ blocked: Set<String> = [], typing: Bool = true, receipts: Bool = true) -> ChatSettings {
        var settings = ChatSettings()
        settings.blocked = blocked
        settings.typing = typing
        settings.receipts = receipts
        return settings
    }

    @Test("is read, and what it does not know is somebody else's")
    func read() throws {
        let text = """
            # mine
            colour = "blue"
            blocked = ["1007", "ada@pbx.example"]
            receipts = false
            [other]
            typing = "in its own table"
            """
        #expect(try ChatSettings(text) == settings(["1007", "ada@pbx.example"], receipts: false))
        #expect(try ChatSettings("") == ChatSettings())
    }

    @Test(
        "a mistake is told with its line",
        arguments: [
            ("typing = \"no\"", 1, "typing"), ("\nblocked = \"1007\"", 2, "blocked"),
            ("typing = true\nblocked = [\n  1007,\n]", 3, "blocked"), ("receipts = 0\ntyping = 1", 1, "receipts"),
        ])
    func mistaken(text: String, line: Int, key: String) throws {
        let complaint = #expect(throws: Complaint.self) { try ChatSettings(text) }
        #expect(complaint?.place?.line == line && complaint?.key == key)
        #expect(throws: Complaint.self) { try settings(["1"]).text(replacing: text) }
    }

    @Test("what is no TOML is not written either") func broken() {
        #expect(throws: Complaint.self) { try settings(["1"]).text(replacing: "blocked = [\"1007\"\n") }
    }

    @Test("a new one holds what differs from the defaults") func new() throws {
        #expect(try settings(["1007"]).text(replacing: "") == "blocked = [\"1007\"]\n")
        #expect(try ChatSettings().text(replacing: "") == "")
        #expect(try settings(typing: false).text(replacing: "# none") == "typing = false\n# none")
    }

    @Test("only what changed is touched: comments, order and the keys of others stay")
    func kept() throws {
        let text = """
            # Partyline
            colour = "blue"  # mine
            blocked = [ "1007", # the salesman ]
              '10"08' , "a\\"]b" ]  # and so on
            typing=true
            when = 2025-01-01

            [window]
            blocked = ["not", "ours"]
            """
        #expect(
            try settings(["1001"], typing: false).text(replacing: text) == """
                # Partyline
                colour = "blue"  # mine
                blocked = ["1001"]  # and so on
                typing=false
                when = 2025-01-01

                [window]
                blocked = ["not", "ours"]
                """)
        #expect(try ChatSettings(text).text(replacing: text) == text)
    }

    @Test("more than a few stand in a line each, and a file of tables takes keys above them") func layout() throws {
        #expect(
            try settings(["5", "4", "3", "20", "1"]).text(replacing: "[a]\r\nb = 1\r\n") == """
                blocked = [
                    "1",
                    "3",
                    "4",
                    "5",
                    "20",
                ]
                [a]\r\nb = 1\r\n
                """)
    }

    @Test("whatever is blocked comes back", arguments: ["\"", "\\", "a\u{1}b", "'", "]", "#", "é漢", "", "\u{7F}"])
    func odd(number: String) throws {
        let text = try settings([number, "1007"]).text(replacing: "blocked = []")
        #expect(try ChatSettings(text).blocked == [number, "1007"])
        #expect(try settings().text(replacing: text) == "blocked = []")
    }

    @Test("how it is to ring and sound is read, and changed where it stands") func sound() throws {
        let text = "ring = false\npush-to-talk = true\nmicrophone = 'USB \"one\"'  # the good one\nspeaker = \"a # b\""
        var settings = try ChatSettings(text)
        #expect(!settings.ring && settings.pushToTalk && settings.ringDevice.isEmpty)
        #expect(settings.microphone == "USB \"one\"" && settings.speaker == "a # b")
        settings.microphone = ""
        settings.speaker = "back\\slash"
        #expect(
            try settings.text(replacing: text)
                == "ring = false\npush-to-talk = true\nmicrophone = \"\"  # the good one\nspeaker = \"back\\\\slash\"")
        #expect(throws: Complaint.self) { try ChatSettings("speaker = 2") }
    }

    @Test("what becomes of voice that cannot be encrypted is one of three words") func encryption() throws {
        #expect(try ChatSettings("").voiceEncryption == .asked)
        var settings = try ChatSettings("voice-encryption = 'required' # always")
        #expect(settings.voiceEncryption == .required)
        settings.voiceEncryption = .preferred
        #expect(
            try settings.text(replacing: "voice-encryption = 'required' # always")
                == "voice-encryption = \"preferred\" # always")
        let complaint = #expect(throws: Complaint.self) { try ChatSettings("\nvoice-encryption = \"no\"") }
        #expect(complaint?.place?.line == 2 && complaint?.key == "voice-encryption")
        let before = ChatSettings()
        #expect(before.applying(settings, since: before).voiceEncryption == .preferred)
    }

    @Test("a key that is written with quotes or far away is found") func spelling() throws {
        #expect(try settings(typing: false).text(replacing: "\"typing\"   =  true") == "\"typing\"   =  false")
        #expect(
            try settings(typing: false).text(replacing: "a = '''\ntyping = true\n'''\ntyping = true")
                == "a = '''\ntyping = true\n'''\ntyping = false")
    }

    @Test("what another chat of the same person changed stays") func merged() {
        let file = settings(["1", "2", "9"], receipts: false)
        let merged = file.applying(settings(["1", "3"], typing: false), since: settings(["1", "2"]))
        #expect(merged == settings(["1", "3", "9"], typing: false, receipts: false))
    }
}
