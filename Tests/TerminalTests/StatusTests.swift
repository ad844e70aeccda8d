import Foundation
import Harness
import Testing

@Suite("What an exchange tells about itself, asked for")
struct StatusTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("status-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func status(_ options: String...) throws -> (status: Int32, output: String, errors: String) {
        try Child([Program.path, "exchange", "status"] + options, environment: ["XDG_RUNTIME_DIR": folder.path])
            .outcome()
    }

    @Test("who is online and which calls run, for people and for machines, and only for its owner")
    func whole() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let socket = folder.appendingPathComponent("here").path
        let exchange = try ExchangeProcess("--socket", socket)
        let ada = try Person(["--name", "ada", "--server", exchange.address])
        try ada.sees("Echo test")
        try ada.selects("Echo test")
        try ada.presses("Enter")
        try ada.sees("IN_CALL")
        let table = try status("--socket", socket)
        #expect(table.status == 0)
        #expect(table.output.contains("1 of 150 clients"))
        #expect(table.output.contains("talking"))
        #expect(table.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let json = try status("--json", "--socket", socket)
        let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let memory = try #require(document?["memory"] as? [String: Int])
        let (inUse, resident) = (memory["inUse", default: 0], memory["resident", default: 0])
        // Sanitizers allocate by themselves, which the C library does not count.
        let environment = ProcessInfo.processInfo.environment
        let least = (environment["ASAN_OPTIONS"] ?? environment["TSAN_OPTIONS"]) == nil ? 100 : -1
        #expect(least < inUse && inUse < resident, "\(memory)")
        let clients = document?["clients"] as? [[String: Any]]
        #expect(clients?.first?["name"] as? String == "ada")
        #expect((document?["calls"] as? [[String: Any]])?.first?["callee"] as? String == "600")
        #expect(try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions] as? Int == 0o600)
        exchange.kill()
        let gone = try status("--socket", socket)
        #expect(gone.status == 1)
        #expect(gone.errors.contains("No exchange tells its status at '\(socket)'."))
        try exchange.start()
        #expect(try status("--socket", socket).output.contains("Nobody is online."), "the dead one's socket gave way")
    }

    @Test("the only one is found, several are named, and none is said to be none")
    func search() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        func exchange() throws -> Child {
            let child = try Child(
                [Program.path, "exchange", "--listen", Loopback.next()], environment: ["XDG_RUNTIME_DIR": folder.path])
            #expect(child.greeting().hasPrefix("Listening on "))
            return child
        }
        #expect(try status().errors.contains("No exchange of yours runs on this machine."))
        let first = try exchange()
        // The socket is there a moment after the greeting.
        var answer = try status()
        for _ in 1...100 where answer.status != 0 { answer = try status() }
        #expect(answer.output.contains("Nobody is online."))
        let second = try exchange()
        for _ in 1...100 where answer.status == 0 { answer = try status() }
        #expect(answer.errors.contains("Several exchanges run."))
        #expect(answer.errors.components(separatedBy: "--socket ").count == 3)
        first.kill(SIGTERM)
        first.waitUntilExit()
        #expect(try status().status == 0)
        withExtendedLifetime(second) {}
    }

    @Test("a folder that others may enter is not believed, and another language is told as such")
    func refusals() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let place = folder.appendingPathComponent("partyline")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let socket = place.appendingPathComponent("other.status").path
        let script = """
            import socket
            listener = socket.socket(socket.AF_UNIX)
            listener.bind('\(socket)')
            listener.listen()
            print('listening', flush=True)
            while True:
                peer = listener.accept()[0]
                peer.recv(100)
                peer.sendall(b'partyline-status 7 9.9.9\\n')
                peer.close()
            """
        let other = try Child(["python3", "-c", script])
        #expect(other.greeting().hasPrefix("listening"))
        chmod(place.path, 0o777)
        #expect(try status().errors.contains("is not yours alone"))
        chmod(place.path, 0o700)
        #expect(try status().errors.contains("The exchange is Partyline 9.9.9 and this is "))
        withExtendedLifetime(other) {}
    }
}

@Suite("What stands in a log")
struct LogTests {
    @Test("the story of a call on both sides, by the same short name; a trace without what people wrote")
    func story() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (own, central) = (folder.appendingPathComponent("own"), folder.appendingPathComponent("central"))
        let exchange = try ExchangeProcess("--log", central.path, "--trace", "--mask-bodies")
        let ada = try Person(["--name", "ada", "--server", exchange.address, "--log", own.path])
        try ada.sees("Echo test")
        try ada.selects("Echo test")
        try ada.presses("Enter")
        try ada.sees("IN_CALL")
        try ada.types("nobody else's business")
        try ada.presses("Enter")
        try ada.sees("Echo test said: nobody")
        try ada.presses("C-x")
        try ada.sees("You hung up.")
        try ada.presses("C-q")
        try ada.sees("[left with 0]")
        let story = try String(contentsOf: own, encoding: .utf8)
        let lines: [String] = story.components(separatedBy: "\n").compactMap { line in
            line.range(of: "info call ").map { String(line[$0.upperBound...]) }
        }
        let name = try #require(lines.first { $0.contains("\"ada\" → 600") }?.prefix(6))
        #expect(lines.contains { $0.hasPrefix("\(name) IN_CALL 200 OK, +") })
        #expect(
            lines.contains { $0.hasPrefix("\(name) COMPLETED: BYE by 1000 \"ada\", talked ") && $0.contains(" text") })
        #expect(!story.contains("| "), "no trace was asked for")
        let trace = try String(contentsOf: central, encoding: .utf8)
        #expect(trace.contains("info call \(name) IN_CALL 200 OK, +"))
        #expect(trace.contains("1000 \"ada\" joined Webphone1, over tcp from "))
        #expect(trace.contains("info | MESSAGE sip:"))
        #expect(trace.contains("octets of text/plain"))
        #expect(!trace.contains("business"))
    }

    @Test(
        "a trace without a log, and masked bodies without a trace, make no sense",
        arguments: [["--trace"], ["--log", "/dev/null", "--mask-bodies"]])
    func options(_ options: [String]) throws {
        for command in [[], ["exchange"]] {
            let outcome = try Child([Program.path] + command + options).outcome()
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains("which is missing."))
        }
    }
}
