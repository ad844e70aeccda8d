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
    fileprivate var process = Process()
    private let options: [String]

    init(_ options: String..., at address: String = Loopback.next()) throws {
        self.address = address
        self.options = options
        try start()
    }

    deinit { kill() }

    /// Starts, or starts again at the same address; returns when it listens.
    func start() throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["exchange", "--listen", address] + options
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let greeting = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        try #require(greeting.hasPrefix("Listening on "), "the exchange said: \(greeting)")
    }

    /// SIGKILL: no goodbye to anyone.
    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
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

extension ExchangeProcess {
    var isRunning: Bool { process.isRunning }

    /// SIGSTOP: it is there, and says nothing.
    func freeze() {
        Foundation.kill(process.processIdentifier, SIGSTOP)
    }
}

/// The exchanges that chats have started at an address.
func exchanges(at address: String) -> [pid_t] {
    let found = (try? run("/usr/bin/env", ["pgrep", "-f", "exchange --listen \(address) --idle-exit"])) ?? ""
    return found.split(separator: "\n").compactMap { pid_t($0) }
}

func stopExchange(at address: String) {
    for process in exchanges(at: address) { kill(process, SIGTERM) }
}

/// A program that has a port and says nothing.
final class Stranger {
    private let child = Process()
    var process: pid_t { child.processIdentifier }

    init(at address: String) throws {
        let parts = address.split(separator: ":").map(String.init)
        child.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        child.arguments = [
            "python3", "-c",
            "import socket,sys,time\ns=socket.create_server(('\(parts[0])',\(parts[1])))\nprint('up',flush=True)\ntime.sleep(60)",
        ]
        let output = Pipe()
        child.standardOutput = output
        try child.run()
        _ = output.fileHandleForReading.availableData
    }

    deinit { child.terminate() }
}

/// Runs the program without a terminal, to its end.
func outcome(of arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    let complained = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
        process.terminationStatus, String(decoding: said, as: UTF8.self), String(decoding: complained, as: UTF8.self)
    )
}
