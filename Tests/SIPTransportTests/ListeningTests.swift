import Glibc
import NIOCore
import SIP
import Testing

@testable import SIPTransport

extension RealSockets {
    @Suite("Listening")
    struct ListeningTests {
        @Test("a port that another has is named in the error", arguments: [TransportProtocol.udp, .tcp])
        func inUse(_ transport: TransportProtocol) async throws {
            let (owner, address) = try await Station.listening([transport])
            let second = Station()
            await #expect(throws: ListenError.inUse(address, transport)) {
                try await second.transport.listen(on: address, transports: [transport])
            }
            let sentence = ListenError.inUse(address, transport).description
            #expect(sentence == "\(address) (\(transport.viaName)) is in use by another program")
            _ = owner
        }

        @Test("when one transport's port is taken the other's is given back")
        func allOrNothing() async throws {
            let taken = try RawSocket.bound(SOCK_DGRAM)
            let server = Station()
            await #expect(throws: ListenError.inUse(taken.address, .udp)) {
                try await server.transport.listen(on: taken.address, transports: [.tcp, .udp])
            }
            let other = Station()
            try await other.transport.listen(on: taken.address, transports: [.tcp])
        }

        @Test("an address of another machine is named in the error")
        func notLocal() async {
            let address = SIP.SocketAddress(host: "192.0.2.1", port: 5060)
            await #expect(throws: ListenError.notLocal(address, .tcp)) {
                try await Station().transport.listen(on: address, transports: [.udp, .tcp])
            }
        }

        @Test("a name is refused: only an address can be listened on")
        func name() async {
            await #expect(throws: ListenError.notAnAddress("localhost")) {
                try await Station().transport.listen(
                    on: SIP.SocketAddress(host: "localhost", port: 0), transports: [.udp])
            }
        }

        @Test("the operating system's errors become sentences")
        func sentences() {
            let address = SIP.SocketAddress(host: "::1", port: 80)
            let denied = ListenError(IOError(errnoCode: EACCES, reason: "bind"), at: address, .tcp)
            #expect(denied == .notPermitted(address, .tcp))
            #expect(denied.description.hasPrefix("listening on [::1]:80 (TCP) is not permitted"))
            let other = ListenError(IOError(errnoCode: ENOBUFS, reason: "bind"), at: address, .udp)
            #expect(other.description == "cannot listen on [::1]:80 (UDP): No buffer space available")
        }

        @Test("both wildcards can be listened on with the same port")
        func bothWildcards() async throws {
            let (four, address) = try await Station.listening(on: "0.0.0.0")
            try await four.transport.listen(
                on: SIP.SocketAddress(host: "::", port: address.port), transports: [.udp, .tcp])
            let client = Station()
            client.connect(.udp, to: SIP.SocketAddress(host: "::1", port: address.port))
            client.send(try message(), on: try client.inbox.opened())
            #expect(try four.inbox.request().1.local.host == "::1")
        }

        @Test("link-local addresses keep their zone")
        func zones() throws {
            let address = SIP.SocketAddress(host: "fe80::1%3", port: 5060)
            let kernel = try #require(address.kernelAddress)
            #expect(SIP.SocketAddress(kernel) == address)
            #expect(SIP.SocketAddress(host: "fe80::1%nosuch", port: 5060).kernelAddress == nil)
        }
    }
}
