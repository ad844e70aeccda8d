import Foundation
import Testing
import Webphone

@testable import partyline

@Suite("The configuration file on the disk") struct ConfigurationFileTests {
    /// A folder of its own, gone with the test.
    private final class Folder {
        let path = NSTemporaryDirectory() + "partyline-\(UUID().uuidString)"
        var file: String { path + "/partyline/config.toml" }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ text: String) throws {
            try FileManager.default.createDirectory(atPath: path + "/partyline", withIntermediateDirectories: true)
            try text.write(toFile: file, atomically: false, encoding: .utf8)
        }

        func text() throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

        func configuration() throws -> ConfigurationFile { try #require(ConfigurationFile(file)) }
    }

    @Test("what is kept is there for the next run, for its owner only") func kept() throws {
        let folder = Folder()
        var file = try folder.configuration()
        try file.keep { $0.take(Preferences(doNotDisturb: true, blocked: ["1007"], tellsTyping: false)) }
        var next = try folder.configuration()
        #expect(try Preferences(next.read()) == Preferences(blocked: ["1007"], tellsTyping: false))
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/partyline")
        #expect(names == ["config.toml"], "nothing is left beside it")
    }

    @Test("nothing is written while there is nothing to keep") func nothing() throws {
        let folder = Folder()
        var file = try folder.configuration()
        #expect(throws: ConfigurationFile.Trouble.self) { try file.read() }
        try file.keep { $0.take(Preferences(doNotDisturb: true)) }
        #expect(!FileManager.default.fileExists(atPath: folder.file))
    }

    @Test("a broken file is told with its line, and stays as it is") func broken() throws {
        let folder = Folder()
        try folder.write("# mine\nblocked = [\"1007\"\n")
        var file = try folder.configuration()
        let trouble = #expect(throws: ConfigurationFile.Trouble.self) { try file.read() }
        #expect(trouble?.words.hasPrefix("\(folder.file):") == true)
        #expect(throws: ConfigurationFile.Trouble.self) { try file.keep { $0.take(Preferences(blocked: ["1"])) } }
        #expect(try folder.text() == "# mine\nblocked = [\"1007\"\n")
        try folder.write("# mended\n")
        try file.keep { $0.take(Preferences(blocked: ["1"])) }
        #expect(try folder.text() == "blocked = [\"1\"]\n# mended\n")
    }

    @Test("two chats of one person do not undo each other's changes") func two() throws {
        let folder = Folder()
        try folder.write("blocked = [\"1\"]\n")
        var one = try folder.configuration()
        var other = one
        _ = try (one.read(), other.read())
        try one.keep { $0.take(Preferences(blocked: ["1", "2"])) }
        try other.keep { $0.take(Preferences(blocked: [], tellsDelivery: false)) }
        var next = one
        #expect(try Preferences(next.read()) == Preferences(blocked: ["2"], tellsDelivery: false))
    }

    @Test("a link stays a link") func link() throws {
        let folder = Folder()
        try folder.write("typing = true\n")
        let link = folder.path + "/link.toml"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.file)
        var file = try #require(ConfigurationFile(link))
        _ = try file.read()
        try file.keep { $0.take(Preferences(tellsTyping: false)) }
        #expect(try folder.text() == "typing = false\n")
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == folder.file)
    }

    @Test("what is no file, or not for us to write, is said", arguments: ["/dev/zero", "/", "/proc/version/x/y"])
    func unusable(path: String) throws {
        var file = try #require(ConfigurationFile(path))
        #expect(throws: ConfigurationFile.Trouble.self) { try file.read() }
        #expect(throws: ConfigurationFile.Trouble.self) { try file.keep { $0.take(Preferences(blocked: ["1"])) } }
    }
}
