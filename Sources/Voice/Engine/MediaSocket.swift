#if Voice
import Glibc
import RTP

/// A stream's two UDP ports.
final class MediaSocket: Sendable {
    let voice: Int32
    let control: Int32
    let ports: StreamPorts
    /// What its packets come from.
    let addresses: [RemoteAddress]
    private let isIPv6: Bool
    /// The interface of a link-local address; else 0.
    private let scope: UInt32

    /// Expedited forwarding (RFC 3246, RFC 4594 §4.1).
    private static let trafficClass: Int32 = 46 << 2
    /// What is left of the system's ports by those that it gives to others itself.
    private static let range = 16_384..<32_768

    /// - Parameter host: the machine's own address in digits, or `0.0.0.0` or `::` for all of them.
    init(host: String) throws(StreamFault) {
        guard let address = RemoteAddress(host: host, port: 0) else { throw .socket("\(host) is no address") }
        isIPv6 = address.host.ipv4 == nil
        let zone = host.split(separator: "%", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        scope = UInt32(zone) ?? if_nametoindex(zone)
        var reason = "all are taken"
        for _ in 0..<64 {
            let port = UInt16(Int.random(in: Self.range) & ~1)
            guard let first = Self.open(RemoteAddress(address.host, port: port), isIPv6, scope, &reason) else {
                continue
            }
            guard let second = Self.open(RemoteAddress(address.host, port: port + 1), isIPv6, scope, &reason) else {
                close(first)
                continue
            }
            (voice, control) = (first, second)
            ports = StreamPorts(voice: port, control: port + 1)
            addresses = [RemoteAddress(address.host, port: port), RemoteAddress(address.host, port: port + 1)]
            return
        }
        throw .socket(reason)
    }

    deinit {
        close(voice)
        close(control)
    }

    private static func open(
        _ address: RemoteAddress, _ isIPv6: Bool, _ scope: UInt32, _ reason: inout String
    ) -> Int32? {
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, kind, 0)
        guard descriptor >= 0 else {
            reason = String(cString: strerror(errno))
            return nil
        }
        var trafficClass = Self.trafficClass
        let length = socklen_t(MemoryLayout<Int32>.size)
        if isIPv6 {
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_TCLASS, &trafficClass, length)
        } else {
            setsockopt(descriptor, Int32(IPPROTO_IP), IP_TOS, &trafficClass, length)
        }
        let status = address.withKernelAddress(isIPv6: isIPv6, scope: scope) { bind(descriptor, $0, $1) }
        guard status == 0 else {
            reason = String(cString: strerror(errno))
            close(descriptor)
            return nil
        }
        return descriptor
    }

    /// What is refused is lost, as anywhere on the way.
    func send(_ packet: UnsafeBufferPointer<UInt8>, control isControl: Bool, to address: RemoteAddress) {
        _ = address.withKernelAddress(isIPv6: isIPv6, scope: scope) {
            sendto(isControl ? control : voice, packet.baseAddress, packet.count, Int32(MSG_NOSIGNAL), $0, $1)
        }
    }

    /// - Returns: the octets of the next datagram and where it came from; nil when there is none.
    func receive(control isControl: Bool, into datagram: inout [UInt8]) -> (count: Int, from: RemoteAddress)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let count = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(isControl ? control : voice, &datagram, datagram.count, 0, $0, &length)
            }
        }
        guard count >= 0, let address = RemoteAddress(storage) else { return nil }
        return (count, address)
    }
}

extension RemoteAddress {
    /// Nil for an address of another family.
    fileprivate init?(_ storage: sockaddr_storage) {
        var storage = storage
        let address: RemoteAddress? = withUnsafePointer(to: &storage) { pointer in
            switch Int32(pointer.pointee.ss_family) {
            case AF_INET:
                pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    RemoteAddress(
                        Host(ipv4: UInt32(bigEndian: $0.pointee.sin_addr.s_addr)),
                        port: UInt16(bigEndian: $0.pointee.sin_port))
                }
            case AF_INET6:
                pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                    RemoteAddress(Host($0.pointee.sin6_addr), port: UInt16(bigEndian: $0.pointee.sin6_port))
                }
            default: nil
            }
        }
        guard let address else { return nil }
        self = address
    }

    /// The address as the kernel takes it, for a socket of either family.
    fileprivate func withKernelAddress<Result>(
        isIPv6: Bool, scope: UInt32, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        if isIPv6 {
            var six = sockaddr_in6()
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port.bigEndian
            six.sin6_addr = in6_addr(host)
            six.sin6_scope_id = host.high >> 54 == 0x3FA ? scope : 0
            return withUnsafePointer(to: &six) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var four = sockaddr_in()
        four.sin_family = sa_family_t(AF_INET)
        four.sin_port = port.bigEndian
        four.sin_addr.s_addr = (host.ipv4 ?? 0).bigEndian
        return withUnsafePointer(to: &four) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
#endif
