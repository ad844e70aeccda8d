import SIP
import SIPTransport
import Testing

extension RealSockets {
    @Suite("Over TLS") struct Handshake {
        @Test("messages go both ways once the server has proved that it is the one") func bothWays() async throws {
            let (server, address) = try await Station.secure()
            let client = Station.believing()
            client.connect(to: address, as: "localhost")
            let flow = try client.inbox.opened()
            #expect(flow.transport == .tls)
            client.send(try message("lunch?"), on: flow)
            let (request, back) = try server.inbox.request()
            #expect(back.transport == .tls)
            #expect(request.body == Array("lunch?".utf8))
            server.send(.response(Response(200, to: request)), on: back)
            guard case (.response(let response), flow) = try client.inbox.message() else {
                Issue.record("no answer on the same flow")
                return
            }
            #expect(response.status == 200)
        }

        @Test("a WebSocket goes over it as well (wss)") func webSocket() async throws {
            let identity = try TestCertificates.identity("good")
            let (server, address) = try await Station.listening([.wss]) { $0.tls.identity = identity }
            let client = Station.believing()
            client.transport.perform([
                .connect(
                    attempt: 1,
                    Endpoint(transport: .wss, host: address.host, port: address.port, domain: "localhost")),
                .connect(
                    attempt: 2,
                    Endpoint(transport: .wss, host: address.host, port: address.port, domain: "bank.example")),
            ])
            let flow = try client.inbox.opened(1)
            #expect(flow.transport == .wss)
            #expect(try client.inbox.untrusted(2).faults == [.wrongName])
            client.send(try message("lunch?"), on: flow)
            let (request, back) = try server.inbox.request()
            #expect(back.transport == .wss)
            #expect(request.body == Array("lunch?".utf8))
        }

        @Test("an address is proved by an address in the certificate") func numeric() async throws {
            let (server, address) = try await Station.secure()
            defer { withExtendedLifetime(server) {} }
            let client = Station.believing()
            client.connect(.tls, to: address)
            _ = try client.inbox.opened()
        }

        @Test("a chain leads from the certificate to its authority") func chain() async throws {
            let identity = try ServerIdentity(
                certificateFile: TestCertificates.file("good-chain.pem"), keyFile: TestCertificates.file("good.key"))
            let (server, address) = try await Station.listening([.tls]) { $0.tls.identity = identity }
            defer { withExtendedLifetime(server) {} }
            let client = Station.believing()
            client.connect(to: address, as: "localhost")
            _ = try client.inbox.opened()
        }

        @Test("a thousand messages that come in one piece are all there before anything is waited for")
        func drained() async throws {
            let (server, address) = try await Station.secure()
            let client = Station.believing()
            client.connect(to: address, as: "localhost")
            let flow = try client.inbox.opened()
            let messages = try (1...1_000).map { try message(String(repeating: "x", count: 500), number: $0) }
            client.transport.perform(messages.map { .send($0, on: flow) })
            for number in 1...1_000 {
                let (request, _) = try server.inbox.request()
                #expect(request.cseq?.number == UInt32(number))
            }
        }

        @Test("pings and pongs keep the connection", .timeLimit(.minutes(1))) func keepAlive() async throws {
            let (server, address) = try await Station.secure()
            let client = Station.believing { configuration in
                configuration.intervals.ping = .milliseconds(20)
                configuration.intervals.pong = .seconds(5)
            }
            client.connect(to: address, as: "localhost")
            let flow = try client.inbox.opened()
            while await client.transport.counters().sent < 1 { await Task.yield() }
            client.send(try message(), on: flow)
            _ = try server.inbox.request()
            #expect(!client.inbox.waiting.contains { if case .closed = $0 { true } else { false } })
        }

        @Test("either side ends it, and the other hears so") func closing() async throws {
            let (server, address) = try await Station.secure()
            let client = Station.believing()
            client.connect(to: address, as: "localhost")
            let first = try client.inbox.opened()
            client.send(try message(), on: first)
            let (_, flow) = try server.inbox.request()
            client.transport.perform([.close(first)])
            #expect(try client.inbox.closed(first) == .closedLocally)
            #expect(try server.inbox.closed(flow) == .closedByPeer)

            client.connect(to: address, as: "localhost", attempt: 2)
            let second = try client.inbox.opened(2)
            client.send(try message(number: 2), on: second)
            let (_, other) = try server.inbox.request()
            server.transport.perform([.close(other)])
            #expect(try client.inbox.closed(second) == .closedByPeer)
        }

        @Test("a new certificate is shown to those who connect after it was replaced") func replaced() async throws {
            let (server, address) = try await Station.secure()
            let client = Station.believing()
            client.connect(to: address, as: "localhost")
            let flow = try client.inbox.opened()
            try await server.shows(TestCertificates.identity("other-host"))
            client.connect(to: address, as: "pbx.example", attempt: 2)
            _ = try client.inbox.opened(2)
            client.send(try message(), on: flow)
            _ = try server.inbox.request()
        }

        @Test("without a certificate nobody listens") func noCertificate() async {
            await #expect(throws: ListenError.noCertificate(.tls)) { try await Station.listening([.tls]) }
        }
    }
}

@Suite("A server's certificate and key") struct ServerIdentityTests {
    @Test(
        "are refused with the file and what is wrong with it",
        arguments: [
            ("missing.pem", "good.key", "'missing.pem' cannot be read: No such file or directory"),
            ("good.pem", "missing.key", "'missing.key' cannot be read: No such file or directory"),
            ("good.key", "good.key", "'good.key' holds no certificate in PEM"),
            ("good.pem", "good.pem", "'good.pem' holds no private key"),
            ("good.pem", "locked.key", "'locked.key' holds no private key in PEM without a pass phrase"),
            ("good.pem", "expired.key", "key in 'expired.key' is not that of the certificate in 'good.pem'"),
        ])
    func refused(certificate: String, key: String, words: String) {
        let folder = TestCertificates.folder
        let error = #expect(throws: TLSFileError.self) {
            try ServerIdentity(certificateFile: "\(folder)/\(certificate)", keyFile: "\(folder)/\(key)")
        }
        let said = error?.description.replacing("\(folder)/", with: "") ?? ""
        #expect(said.contains(words), "\(said)")
    }

    @Test("have the fingerprint that openssl prints") func fingerprint() throws {
        let openssl = try OpenSSL([
            "x509", "-in", TestCertificates.file("good.pem"), "-noout", "-fingerprint", "-sha256",
        ])
        let groups = try TestCertificates.identity("good").fingerprint.description.split(separator: " ")
        #expect(openssl.says(groups.map { "\($0.prefix(2)):\($0.suffix(2))" }.joined(separator: ":")))
    }
}
