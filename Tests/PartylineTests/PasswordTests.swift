import ArgumentParser
import Dispatch
import Glibc
import Testing

@testable import partyline

@Suite("The password of an extension")
struct PasswordTests {
    @Test("is the first line that its command prints")
    func command() throws {
        #expect(try Password.output(of: ["printf", "Open Sesame\nurl: x\n"]) == "Open Sesame")
        #expect(try Password.output(of: ["printf", "%s", "grüße"]) == "grüße")
    }

    @Test("comes from a command that no shell has read")
    func noShell() throws {
        #expect(
            try Password.output(of: ["echo", "$(id) `id` $HOME; id | cat > x"]) == "$(id) `id` $HOME; id | cat > x")
    }

    @Test(
        "is none when the command fails, prints nothing, or prints what is no password",
        arguments: [
            (["false"], "it ended with status 1."), (["/nowhere/pass"], "No such file or directory."),
            (["sh", "-c", "echo secret; exit 7"], "it ended with status 7."),
            (["sh", "-c", "echo secret; kill -9 $$"], "signal 9 ended it."),
            (["head", "-c", "70000", "/dev/zero"], "it printed too much."),
        ])
    func failures(_ command: [String], _ words: String) {
        #expect(throws: PasswordError.command(words)) { try Password.output(of: command) }
    }

    @Test("is neither empty nor endless, and it is text")
    func contents() {
        #expect(throws: PasswordError.empty) { try Password.output(of: ["true"]) }
        #expect(throws: PasswordError.empty) { try Password.output(of: ["echo"]) }
        #expect(throws: PasswordError.tooLong) { try Password.output(of: ["printf", "%01025d", "7"]) }
        #expect(throws: PasswordError.unreadable) { try Password.output(of: ["printf", "\\377"]) }
    }

    @Test("is typed at a terminal that does not show it, and shows again what comes afterwards")
    func prompt() async throws {
        let (master, slave) = try Self.terminal()
        defer {
            close(master)
            close(slave)
        }
        let terminal = master
        // Types when asked, as a person does.
        let typist = Task.detached {
            var buffer = [UInt8](repeating: 0, count: 256)
            let count = read(terminal, &buffer, buffer.count)
            _ = write(terminal, "Open Sesame\n", 12)
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }
        #expect(try Password.prompt("Password: ", on: slave) == "Open Sesame")
        #expect(await typist.value == "Password: ")
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = read(master, &buffer, buffer.count)
        #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "\r\n", "nothing of it was shown")
        var modes = termios()
        #expect(tcgetattr(slave, &modes) == 0 && modes.c_lflag & tcflag_t(ECHO) != 0)
    }

    /// A new terminal: the end of who types, and the end of who reads.
    private static func terminal() throws -> (master: Int32, slave: Int32) {
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        try #require(master >= 0)
        // TIOCSPTLCK and TIOCGPTN of <asm/ioctls.h>, which the Glibc module leaves out.
        var (lock, number): (Int32, UInt32) = (0, 0)
        try #require(ioctl(master, UInt(0x4004_5431), &lock) == 0)
        try #require(ioctl(master, UInt(0x8004_5430), &number) == 0)
        let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        try #require(slave >= 0)
        return (master, slave)
    }

    @Test("is not asked for where there is no terminal")
    func noTerminal() throws {
        let nowhere = open("/dev/null", O_RDWR)
        defer { close(nowhere) }
        #expect(throws: PasswordError.noTerminal) { try Password.prompt("Password: ", on: nowhere) }
    }

    @Test("stands in a file that nobody else can read or change")
    func file() throws {
        let file = try ScratchFile("Open Sesame\nnotes\n")
        #expect(try Password.contents(of: file.path) == "Open Sesame")
        for mode in [0o640, 0o604, 0o620, 0o601] {
            try file.write("Open Sesame\n", mode: mode)
            let words = "others on this machine may read or change it. Run: chmod 600 \(file.path)"
            #expect(throws: PasswordError.file(file.path, words)) { try Password.contents(of: file.path) }
        }
        try file.write("\n")
        #expect(throws: PasswordError.empty) { try Password.contents(of: file.path) }
        for (path, words) in [
            ("/nowhere/secret", "No such file or directory."), ("/dev/zero", "it is not a regular file."),
            ("/tmp", "it is not a regular file."),
        ] {
            #expect(throws: PasswordError.file(path, words)) { try Password.contents(of: path) }
        }
        #expect(ShellWord.quoted("/home/ada's/x") == "'/home/ada'\\''s/x'" && ShellWord.quoted("") == "''")
    }

    @Test("is the first line of what a program brings along")
    func piped() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        _ = write(ends[1], "Open Sesame\nmore\n", 17)
        close(ends[1])
        #expect(try Password.line(of: ends[0]) == "Open Sesame")
        #expect(throws: PasswordError.empty) { try Password.line(of: ends[0]) }
        close(ends[0])
    }

    @Test("belongs to an extension of a named server")
    func options() throws {
        let whole = ["--server", "pbx", "--extension", "601", "--password-command", "pass", "show", "--", "-x"]
        let options = try #require(try Partyline.parseAsRoot(whole) as? Partyline)
        #expect(options.ownExtension == "601" && options.passwordCommand == ["pass", "show", "--", "-x"])
        for arguments in [
            ["--extension", "601"], ["--server", "pbx", "--password-command", "true"],
            ["--server", "pbx", "--extension", "6 1"], ["--server", "pbx", "--extension", ""],
            ["--server", "pbx", "--password-file", "x"],
            ["--server", "pbx", "--extension", "601", "--password-file", "x", "--password-command", "true"],
            ["--server", "pbx", "--extension", "a@b"], ["--server", "pbx", "--extension", "601", "--password", "x"],
        ] {
            #expect(throws: (any Error).self, "\(arguments)") { try Partyline.parseAsRoot(arguments) }
        }
    }
}
