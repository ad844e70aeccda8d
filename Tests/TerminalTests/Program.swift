import Foundation
import Testing

/// The built executable, beside the test bundle unless `PARTYLINE_PROGRAM` names another.
enum Program {
    static let path: String = {
        if let named = ProcessInfo.processInfo.environment["PARTYLINE_PROGRAM"] { return named }
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("partyline").path
    }()
}

/// An exchange process on a loopback address that no other test uses.
final class ExchangeProcess {
    let address: String
    private let options: [String]
    private var child: Child

    init(_ options: String..., at address: String = Loopback.next()) throws {
        self.address = address
        self.options = options
        child = try ExchangeProcess.launch(at: address, options)
    }

    /// Starts it again at the same address; returns when it listens.
    func start() throws { child = try ExchangeProcess.launch(at: address, options) }

    private static func launch(at address: String, _ options: [String]) throws -> Child {
        let child = try Child([Program.path, "exchange", "--listen", address] + options)
        let greeting = child.greeting()
        try #require(greeting.hasPrefix("Listening on "), "the exchange said: \(greeting)")
        return child
    }

    var isRunning: Bool { child.isRunning }

    /// What the process holds in memory.
    func residentMegabytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(child.number)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.filter(\.isNumber))) / 1_024
    }

    /// SIGKILL: no goodbye to anyone.
    func kill() {
        child.kill(SIGKILL)
        child.waitUntilExit()
    }

    /// SIGHUP: with a configuration file it is read again.
    func hangUp() { child.kill(SIGHUP) }

    /// SIGSTOP: it is there, and says nothing.
    func freeze() { child.kill(SIGSTOP) }
}

/// Addresses of the loopback range, a new one for each exchange, so that tests never meet.
enum Loopback {
    private static let counter = Counter()

    static func next(port: UInt16 = 7777) -> String {
        let number = counter.next()
        let process = Int(getpid())
        return "127.\(1 + (process >> 8) % 250).\(1 + process % 250).\(1 + number % 250):\(port)"
    }

    private final class Counter: @unchecked Sendable {
        private let lock = NSLock()
        private var value = 0
        func next() -> Int {
            lock.withLock {
                value += 1
                return value
            }
        }
    }
}

/// The exchanges that chats have started at an address.
func exchanges(at address: String) -> [pid_t] {
    let found = (try? run(["pgrep", "-f", "exchange --listen \(address) --idle-exit"])) ?? ""
    return found.split(separator: "\n").compactMap { pid_t($0) }
}

func stopExchange(at address: String) {
    for process in exchanges(at: address) { kill(process, SIGTERM) }
}

/// A program that has a port and says nothing.
final class Stranger {
    private let child: Child
    var process: pid_t { child.number }

    init(at address: String) throws {
        let parts = address.split(separator: ":").map(String.init)
        let script = """
            import socket, time
            listener = socket.create_server(('\(parts[0])', \(parts[1])))
            print('listening', flush=True)
            time.sleep(60)
            """
        child = try Child(["python3", "-c", script])
        #expect(child.greeting().hasPrefix("listening"))
    }
}
