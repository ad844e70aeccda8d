import Foundation
import Glibc
import Harness
import Testing

/// A line over UDP between one client and an exchange on which each datagram comes twice, the copy behind whatever is said
/// next, or 5 ms later.
final class DoubledLine {
    /// Where the client sends to.
    let address = Loopback.next()
    private let client = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    private let exchange = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    private let isOver = Flag()
    private let end = DispatchSemaphore(value: 0)

    init(to exchange: String) throws {
        var (here, there) = (DoubledLine.resolve(address), DoubledLine.resolve(exchange))
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafePointer(to: &here) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(client, $0, size) == 0 }
        }
        let isConnected = withUnsafePointer(to: &there) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(self.exchange, $0, size) == 0 }
        }
        try #require(isBound && isConnected)
        Thread.detachNewThread { [client, exchange = self.exchange, isOver, end] in
            DoubledLine.carry(between: client, exchange, until: isOver)
            end.signal()
        }
    }

    deinit {
        isOver.raise()
        end.wait()
        close(client)
        close(exchange)
    }

    private static func carry(between client: Int32, _ exchange: Int32, until isOver: Flag) {
        var ways = [(from: client, to: exchange, copy: [UInt8]()), (from: exchange, to: client, copy: [])]
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isOver.isRaised {
            var waiting = ways.map { pollfd(fd: $0.from, events: Int16(POLLIN), revents: 0) }
            let isQuiet = poll(&waiting, nfds_t(waiting.count), 5) == 0
            for index in ways.indices {
                let way = ways[index]
                if isQuiet {
                    if !way.copy.isEmpty { send(way.to, way.copy, way.copy.count, 0) }
                    ways[index].copy = []
                } else if waiting[index].revents != 0 {
                    let count = receive(&buffer, from: way.from, isClient: index == 0)
                    guard count > 0 else { continue }
                    send(way.to, buffer, count, 0)
                    if !way.copy.isEmpty { send(way.to, way.copy, way.copy.count, 0) }
                    ways[index].copy = Array(buffer.prefix(count))
                }
            }
        }
    }

    /// Once the client has spoken, its socket is connected to it.
    private static func receive(_ buffer: inout [UInt8], from descriptor: Int32, isClient: Bool) -> Int {
        guard isClient else { return recv(descriptor, &buffer, buffer.count, 0) }
        var source = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &source) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                let count = recvfrom(descriptor, &buffer, buffer.count, 0, $0, &size)
                _ = connect(descriptor, $0, size)
                return count
            }
        }
    }

    private static func resolve(_ address: String) -> sockaddr_in {
        let parts = address.split(separator: ":")
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = (UInt16(parts[1]) ?? 0).bigEndian
        inet_pton(AF_INET, String(parts[0]), &place.sin_addr)
        return place
    }

    private final class Flag: @unchecked Sendable {
        private let lock = NSLock()
        private var value = false

        var isRaised: Bool { lock.withLock { value } }

        func raise() { lock.withLock { value = true } }
    }
}
