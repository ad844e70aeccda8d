import Foundation
import Testing

@testable import partyline

@Suite("The language of a status socket") struct StatusProtocolTests {
    @Test("question and answer come through") func roundTrip() {
        for form in StatusProtocol.Form.allCases {
            #expect(StatusProtocol.form(of: StatusProtocol.question(form)) == form)
            #expect(StatusProtocol.question(form).utf8.count <= StatusProtocol.longestQuestion)
        }
        #expect(StatusProtocol.read(StatusProtocol.answer("a\nb\n", version: "1.2")) == .report("a\nb\n"))
        #expect(StatusProtocol.read(StatusProtocol.answer("", version: "1.2")) == .report(""))
        #expect(StatusProtocol.read(StatusProtocol.denial) == .denied)
    }

    @Test("another language is told as such, with the version that speaks it") func differs() {
        #expect(StatusProtocol.form(of: "partyline-status 9 table\n") == nil)
        #expect(StatusProtocol.form(of: "GET / HTTP/1.1\r\n") == nil)
        #expect(StatusProtocol.read(StatusProtocol.answer(nil, version: "0.9")) == .differs(version: "0.9"))
        #expect(StatusProtocol.read("partyline-status 2 3.0\nwhatever") == .differs(version: "3.0"))
    }

    @Test("what is no answer is none", arguments: ["", "partyline-status", "hello\n", "partyline-status 1\n", " \n"])
    func garbage(_ text: String) {
        #expect(StatusProtocol.read(text) == .garbage)
    }
}

@Suite("Where status sockets are") struct StatusFolderTests {
    private let scratch = FileManager.default.temporaryDirectory.appendingPathComponent("status-\(UUID().uuidString)")
        .path

    @Test("in the runtime folder where there is one, else in one of our own") func places() {
        #expect(StatusFolder { $0 == "XDG_RUNTIME_DIR" ? "/run/user/7" : nil }.path == "/run/user/7/partyline")
        #expect(StatusFolder { _ in nil }.path == "/tmp/partyline-\(geteuid())")
        #expect(StatusFolder { _ in "relative" }.path == "/tmp/partyline-\(geteuid())")
        #expect(StatusFolder(path: "/x").socket(for: "[::1]:7777") == "/x/[::1]:7777.status")
        #expect(StatusFolder(path: "/x").socket(for: "../y") == "/x/.._y.status")
    }

    @Test("the folder is made for its owner only, and one that others may enter is refused") func modes() throws {
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let folder = StatusFolder(path: scratch)
        try folder.prepare()
        try folder.prepare()
        let mode = try FileManager.default.attributesOfItem(atPath: scratch)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        chmod(scratch, 0o755)
        #expect(throws: StatusError.self) { try folder.prepare() }
        try FileManager.default.removeItem(atPath: scratch)
        try FileManager.default.createSymbolicLink(atPath: scratch, withDestinationPath: "/")
        #expect(throws: StatusError.self) { try folder.prepare() }
    }
}
