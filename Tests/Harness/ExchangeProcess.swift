import Foundation
import Testing

/// An exchange process on a loopback address that no other test uses.
package final class ExchangeProcess {
    package let address: String
    private let options: [String]
    private var child: Child

    package convenience init(_ options: String..., at address: String = Loopback.next()) throws {
        try self.init(options, at: address)
    }

    package init(_ options: [String], at address: String = Loopback.next()) throws {
        self.address = address
        self.options = options
        child = try ExchangeProcess.launch(at: address, options)
    }

    /// Starts it again at the same address; returns when it listens.
    package func start() throws { child = try ExchangeProcess.launch(at: address, options) }

    private static func launch(at address: String, _ options: [String]) throws -> Child {
        let child = try Child([Program.path, "exchange", "--listen", address] + options)
        let greeting = child.greeting()
        try #require(greeting.hasPrefix("Listening on "), "the exchange said: \(greeting)")
        return child
    }

    package var isRunning: Bool { child.isRunning }

    /// What the process holds in memory.
    package func residentMegabytes() throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(child.number)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(Int(line.filter(\.isNumber))) / 1_024
    }

    /// Processor time it has used so far.
    package func processorSeconds() throws -> Double {
        let stat = try String(contentsOfFile: "/proc/\(child.number)/stat", encoding: .utf8)
        let fields = try #require(stat.split(separator: ")").last).split(separator: " ")
        let ticks = (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// How many descriptors it may open from now on.
    package func allowDescriptors(_ count: Int) throws {
        try run(["prlimit", "--pid", "\(child.number)", "--nofile=\(count):\(count)"])
    }

    /// SIGKILL: no goodbye to anyone.
    package func kill() {
        child.kill(SIGKILL)
        child.waitUntilExit()
    }

    /// SIGHUP: with a configuration file it is read again.
    package func hangUp() { child.kill(SIGHUP) }

    /// SIGSTOP: it is there, and says nothing.
    package func freeze() { child.kill(SIGSTOP) }
}

/// The exchanges that chats have started at an address.
package func exchanges(at address: String) -> [pid_t] {
    let found = (try? run(["pgrep", "-f", "exchange --listen \(address) --idle-exit"])) ?? ""
    return found.split(separator: "\n").compactMap { pid_t($0) }
}

package func stopExchange(at address: String) {
    for process in exchanges(at: address) { kill(process, SIGTERM) }
}
