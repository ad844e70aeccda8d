import Foundation
import Glibc
import Harness
import Testing

/// A line over UDP between one client and an exchange, through which the client's sound goes as well: what comes to the
/// client is impaired, all else is not.
final class ImpairedLine {
    /// Where the client sends to: the exchange's host, by which it knows that it is meant, and another port.
    let address: String
    private let carrier: Carrier

    /// - Parameter formats: the only payload numbers that are left of what is offered; nil leaves all.
    init(to exchange: String, _ network: Network, formats: [String]?) throws {
        address = exchange.prefix { $0 != ":" } + ":7788"
        carrier = try Carrier(address, exchange, network, formats)
        Thread.detachNewThread { [carrier] in carrier.carry() }
    }

    deinit { carrier.end() }
}

/// Unchecked: all but `isOver` is touched on the one thread only.
private final class Carrier: @unchecked Sendable {
    private enum Way: Int, CaseIterable {
        case fromClient, fromExchange, voiceFromClient, controlFromClient, voiceToClient, controlToClient
    }

    private let network: Network
    private let formats: [String]?
    private var random = SplitMix(state: 11)
    private let sockets: [Int32]
    /// Where sound for the client, and sound of the client, is asked to go.
    private let (inner, outer): (UInt16, UInt16)
    private var client: sockaddr_in?
    private var (clientVoice, otherVoice): (UInt16?, UInt16?)
    /// When sound for the client came first.
    private var start: Double?
    private var underway: [(due: Double, octets: [UInt8])] = []
    private let isOver = Ending()
    private let done = DispatchSemaphore(value: 0)

    init(_ address: String, _ exchange: String, _ network: Network, _ formats: [String]?) throws {
        self.network = network
        self.formats = formats
        let parts = address.split(separator: ":")
        let host = String(parts[0])
        let front = try #require(Self.open(host, UInt16(parts[1]) ?? 0))
        let back = try #require(Self.open("127.0.0.1", 0))
        let far = exchange.split(separator: ":")
        var there = Self.place(String(far[0]), UInt16(far[1]) ?? 0)
        try #require(
            withUnsafePointer(to: &there) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(back, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            })
        let (first, second) = (try Self.pair(), try Self.pair())
        (inner, outer) = (first.port, second.port)
        sockets = [front, back, first.voice, first.control, second.voice, second.control]
    }

    /// Returns when nothing is carried any more.
    func end() {
        isOver.raise()
        done.wait()
        for socket in sockets { close(socket) }
    }

    func carry() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isOver.isRaised {
            let now = Self.now
            let first = underway.first.map { Int32(max(0, ($0.due - now) * 1_000).rounded(.up)) } ?? 100
            var waiting = sockets.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            poll(&waiting, nfds_t(waiting.count), min(first, 100))
            while let packet = underway.first, packet.due <= Self.now {
                send(packet.octets, from: .voiceFromClient, to: clientVoice)
                underway.removeFirst()
            }
            for way in Way.allCases where waiting[way.rawValue].revents != 0 {
                var from = sockaddr_in()
                var size = socklen_t(MemoryLayout<sockaddr_in>.size)
                let count = withUnsafeMutablePointer(to: &from) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        recvfrom(sockets[way.rawValue], &buffer, buffer.count, 0, $0, &size)
                    }
                }
                if count > 0 { pass(Array(buffer.prefix(count)), way, from) }
            }
        }
        done.signal()
    }

    private func pass(_ octets: [UInt8], _ way: Way, _ from: sockaddr_in) {
        switch way {
        case .fromClient:
            client = from
            let description = Description(octets, port: outer, formats: formats)
            clientVoice = description.port ?? clientVoice
            Glibc.send(sockets[Way.fromExchange.rawValue], description.message, description.message.count, 0)
        case .fromExchange:
            let description = Description(octets, port: inner, formats: formats)
            otherVoice = description.port ?? otherVoice
            if let client { Self.send(sockets[Way.fromClient.rawValue], description.message, to: client) }
        case .voiceFromClient: send(octets, from: .voiceToClient, to: otherVoice)
        case .controlFromClient: send(octets, from: .controlToClient, to: otherVoice.map { $0 + 1 })
        case .voiceToClient: impair(octets)
        case .controlToClient: send(octets, from: .controlFromClient, to: clientVoice.map { $0 + 1 })
        }
    }

    private func impair(_ octets: [UInt8]) {
        // Control packets that share the port (RFC 5761 §4).
        guard octets.count > 1, !(192..<224).contains(octets[1]) else {
            return send(octets, from: .voiceFromClient, to: clientVoice)
        }
        let now = Self.now
        start = start ?? now
        for delay in network.delays(&random, elapsed: now - (start ?? now)) {
            let due = now + delay
            let place = underway.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
            underway.insert((due, octets), at: place)
        }
    }

    private func send(_ octets: [UInt8], from way: Way, to port: UInt16?) {
        guard let port else { return }
        Self.send(sockets[way.rawValue], octets, to: Self.place("127.0.0.1", port))
    }

    private static func send(_ descriptor: Int32, _ octets: [UInt8], to address: sockaddr_in) {
        var address = address
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(descriptor, octets, octets.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static var now: Double { ProcessInfo.processInfo.systemUptime }

    private static func place(_ host: String, _ port: UInt16) -> sockaddr_in {
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &place.sin_addr)
        return place
    }

    private static func open(_ host: String, _ port: UInt16) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        var here = place(host, port)
        let isBound = withUnsafePointer(to: &here) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isBound { return descriptor }
        close(descriptor)
        return nil
    }

    /// An even port and the one behind it.
    private static func pair() throws -> (voice: Int32, control: Int32, port: UInt16) {
        for _ in 0..<64 {
            let port = UInt16.random(in: 10_000..<14_000) & ~1
            guard let voice = open("127.0.0.1", port) else { continue }
            if let control = open("127.0.0.1", port + 1) { return (voice, control, port) }
            close(voice)
        }
        throw Impatience()
    }
}

private final class Ending: @unchecked Sendable {
    private let lock = NSLock()
    private var value = false

    var isRaised: Bool { lock.withLock { value } }

    func raise() { lock.withLock { value = true } }
}
