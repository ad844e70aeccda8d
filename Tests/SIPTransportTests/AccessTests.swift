import Glibc
import SIP
import Testing

@testable import SIPTransport

extension RealSockets {
    @Suite("Addresses that are let in")
    struct AccessTests {
        private func list(allow: [String] = [], deny: [String] = []) throws -> AccessList {
            AccessList(allowed: try allow.map { try AddressRange($0) }, denied: try deny.map { try AddressRange($0) })
        }

        @Test("of a denied address nothing is read: its connection ends, its datagram is dropped, both are counted")
        func denied() async throws {
            let (server, address) = try await Station.listening()
            server.transport.restrict(to: try list(allow: ["127.0.0.0/8"], deny: ["127.0.0.1"]))
            #expect(await server.transport.counters().denied == 0)
            let stream = try RawSocket.connected(to: address.port)
            #expect(stream.readToEnd() == "")
            let datagrams = try RawSocket.connected(SOCK_DGRAM, to: address.port)
            try datagrams.write(messageText("from a denied address"))
            try datagrams.write("no SIP at all")
            while await server.transport.counters().denied < 3 {}
            server.transport.restrict(to: AccessList())
            #expect(await server.transport.counters().denied == 3)  // the new list is there before this answer
            try datagrams.write(messageText("let in again"))
            #expect(try server.inbox.request().0.body == Array("let in again".utf8))
            let counters = await server.transport.counters()
            #expect(counters.denied == 3 && counters.received == 1 && counters.dropped == 0)
        }

        @Test("an address on no list of allowed ones is turned away too")
        func notAllowed() async throws {
            let (server, address) = try await Station.listening()
            server.transport.restrict(to: try list(allow: ["192.0.2.0/24"]))
            #expect(await server.transport.counters().denied == 0)
            #expect(try RawSocket.connected(to: address.port).readToEnd() == "")
            #expect(await server.transport.counters().denied == 1)
        }

        @Test("a new list ends the connections of those who are no longer let in, and no others'")
        func restricted() async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(to: address.port)
            try peer.write(messageText())
            let (_, flow) = try server.inbox.request()
            server.transport.restrict(to: try list(deny: ["127.0.0.2"]))
            #expect(await server.transport.counters().denied == 0)
            try peer.write(messageText("still there", number: 2))
            #expect(try server.inbox.request().0.body == Array("still there".utf8))
            server.transport.restrict(to: try list(deny: ["127.0.0.0/24"]))
            _ = try server.inbox.closed(flow)
            #expect(peer.readToEnd() == "")
        }

        @Test("where one stops listening nobody gets in any more; who is connected stays")
        func stopListening() async throws {
            let (server, address) = try await Station.listening()
            let peer = try RawSocket.connected(to: address.port)
            try peer.write(messageText())
            _ = try server.inbox.request()
            server.transport.stopListening(on: address, .tcp)
            server.transport.stopListening(on: address, .udp)
            _ = await server.transport.counters()
            try peer.write(messageText("still there", number: 2))
            #expect(try server.inbox.request().0.body == Array("still there".utf8))
            let late = Station()
            late.connect(.tcp, to: address)
            #expect(try late.inbox.failed() == .refused)
            // The port is free for others.
            try await late.transport.listen(on: address, transports: [.udp, .tcp])
        }
    }
}
