import Glibc
import SIP
import SIPTransport
import Testing

extension RealSockets {
    @Suite("A server that cannot prove who it is") struct Refusal {
        typealias Fault = ServerCertificate.Fault

        @Test(
            "is told nothing, and why is said",
            arguments: [
                ("other-host", [Fault.wrongName]),
                ("wildcard", [.wrongName]),
                ("sip-user", [.wrongName]),
                ("nameless", [.wrongName]),
                ("expired", [.unknownIssuer("Tests' authority"), .expired]),
                ("not-yet", [.unknownIssuer("Tests' authority"), .notYetValid]),
                ("self-signed", [.selfSigned]),
                ("unknown-issuer", [.unknownIssuer("Tests' stranger")]),
            ])
        func refused(certificate: String, faults: [Fault]) async throws {
            let (server, address) = try await Station.secure(certificate)
            let client = Station.believing()
            client.connect(to: address, as: "localhost")
            let untrusted = try client.inbox.untrusted()
            #expect(untrusted.faults == faults)
            #expect(untrusted.fingerprint == (try TestCertificates.identity(certificate)).fingerprint)
            #expect(untrusted.domain == "localhost")
            #expect(untrusted.port == address.port)
            #expect(untrusted.isNegotiable)
            #expect(await server.transport.counters().received == 0)
        }

        @Test("has its names told, or its subject where it has none") func names() async throws {
            for (certificate, names) in [
                ("other-host", ["pbx.example"]), ("wildcard", ["*.example"]), ("nameless", ["nameless"]),
            ] {
                let (server, address) = try await Station.secure(certificate)
                defer { withExtendedLifetime(server) {} }
                let client = Station.believing()
                client.connect(to: address, as: "localhost")
                #expect(try client.inbox.untrusted().names == names)
            }
        }

        @Test("is not believed for a name that only DNS gave it: the domain that was asked for counts")
        func originalDomain() async throws {
            let (server, address) = try await Station.secure("other-host")
            defer { withExtendedLifetime(server) {} }
            let client = Station.believing()
            client.transport.perform([
                .connect(
                    attempt: 1,
                    Endpoint(transport: .tls, host: "127.0.0.1", port: address.port, domain: "pbx.example")),
                .connect(
                    attempt: 2,
                    Endpoint(transport: .tls, host: "127.0.0.1", port: address.port, domain: "bank.example")),
            ])
            _ = try client.inbox.opened(1)
            #expect(try client.inbox.untrusted(2).faults == [.wrongName])
        }

        @Test("is not vouched for by whom the system trusts unless told so") func systemAuthorities() async throws {
            let (server, address) = try await Station.secure()
            defer { withExtendedLifetime(server) {} }
            let client = Station()
            client.connect(to: address, as: "localhost")
            #expect(try client.inbox.untrusted().faults == [.unknownIssuer("Tests' authority")])
        }

        @Test("is taken where somebody decided for this very certificate, whatever is wrong with it")
        func decided() async throws {
            for certificate in ["self-signed", "expired", "other-host", "unknown-issuer"] {
                let (server, address) = try await Station.secure(certificate)
                defer { withExtendedLifetime(server) {} }
                let client = Station.believing()
                client.connect(to: address, as: "localhost")
                client.transport.trust(TrustedCertificate(try client.inbox.untrusted()))
                client.connect(to: address, as: "localhost", attempt: 2)
                _ = try client.inbox.opened(2)
            }
        }

        @Test("is refused for good when it shows another certificate than the one decided on, though vouched for")
        func changed() async throws {
            let (server, address) = try await Station.secure("self-signed")
            let known = try TestCertificates.identity("self-signed").fingerprint
            let client = Station.believing(trusted: [
                TrustedCertificate(domain: "LocalHost", port: address.port, fingerprint: known)
            ])
            client.connect(to: address, as: "localhost")
            _ = try client.inbox.opened()
            for (attempt, certificate) in zip(UInt64(2)..., ["another", "good"]) {
                try await server.shows(TestCertificates.identity(certificate))
                client.connect(to: address, as: "localhost", attempt: attempt)
                let untrusted = try client.inbox.untrusted(attempt)
                #expect(untrusted.faults.first == .changed(from: [known]))
                #expect(!untrusted.isNegotiable)
            }
        }

        @Test("a decision for one server is none for another port or name") func elsewhere() async throws {
            let (server, address) = try await Station.secure("self-signed")
            defer { withExtendedLifetime(server) {} }
            let known = try TestCertificates.identity("self-signed").fingerprint
            let client = Station.believing(trusted: [
                TrustedCertificate(domain: "localhost", port: address.port &+ 1, fingerprint: known),
                TrustedCertificate(domain: "pbx.example", port: address.port, fingerprint: known),
            ])
            client.connect(to: address, as: "localhost")
            #expect(try client.inbox.untrusted().faults == [.selfSigned])
        }

        @Test("nothing is opened when the file of authorities is missing or none") func authorityFile() async throws {
            let (server, address) = try await Station.secure()
            defer { withExtendedLifetime(server) {} }
            for (name, words) in [("missing", "cannot be read"), ("index.txt", "cannot be read"), ("openssl", "")] {
                let client = Station.believing(name)
                client.connect(to: address, as: "localhost")
                guard case .handshakeFailed(let said) = try client.inbox.failed() else {
                    Issue.record("not a failed handshake")
                    continue
                }
                #expect(said.contains(words))
            }
        }
    }

    @Suite("What is no proper TLS") struct Improper {
        @Test("a server that speaks TLS 1.1 at most is refused") func oldServer() async throws {
            let port = try RawSocket.bound().address.port
            let server = try OpenSSL([
                "s_server", "-accept", "127.0.0.1:\(port)", "-cert", TestCertificates.file("good.pem"),
                "-key", TestCertificates.file("good.key"), "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0",
            ])
            #expect(server.says("ACCEPT"))
            let client = Station.believing()
            client.connect(to: SIP.SocketAddress(host: "127.0.0.1", port: port), as: "localhost")
            #expect(try client.inbox.failed() == .handshakeFailed("it speaks no TLS of version 1.2 or newer"))
        }

        @Test("a client that speaks TLS 1.1 at most is refused, one with TLS 1.2 is not") func oldClient() async throws
        {
            let (server, address) = try await Station.secure()
            let common = ["s_client", "-connect", "\(address)", "-cipher", "DEFAULT@SECLEVEL=0"]
            #expect(try OpenSSL(common + ["-tls1_1"]).says("alert protocol version"))
            while await server.transport.counters().failedHandshakes == 0 { await Task.yield() }
            #expect(try OpenSSL(common + ["-tls1_2"]).says("Protocol  : TLSv1.2"))
        }

        @Test("a client that speaks TLS to a listener in the clear is told at once") func wrongPort() async throws {
            let (server, address) = try await Station.listening([.tcp])
            defer { withExtendedLifetime(server) {} }
            let client = Station.believing()
            client.connect(to: address, as: "localhost")
            guard case .handshakeFailed = try client.inbox.failed() else {
                Issue.record("not a failed handshake")
                return
            }
        }

        @Test("a server that answers in the clear is told from one that speaks TLS") func plain() throws {
            let server = try RawSocket.bound()
            let client = Station.believing()
            client.connect(to: server.address, as: "localhost")
            let peer = try server.accepted()
            try peer.write("SIP/2.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            #expect(try client.inbox.failed() == .handshakeFailed("it speaks no TLS"))
        }

        @Test("SIP in the clear, and any other garbage, closes a connection to a listener over TLS")
        func garbage() async throws {
            let (server, address) = try await Station.secure()
            for bytes in [
                Array(messageText().utf8), [0x16, 0x03, 0x01, 0xFF, 0xFF], [UInt8](repeating: 0, count: 70_000),
            ] {
                let stranger = try RawSocket.connected(to: address.port)
                try stranger.write(bytes)
                stranger.finish()
                _ = stranger.readToEnd()
            }
            #expect(await server.transport.counters().received == 0)
            let client = Station.believing()
            client.connect(to: address, as: "localhost")
            _ = try client.inbox.opened()
        }

        @Test("a server that accepts and never shakes hands is given up at the connection's deadline")
        func slowServer() throws {
            let server = try RawSocket.bound()
            let client = Station.believing { $0.intervals.connect = .milliseconds(200) }
            client.connect(to: server.address, as: "localhost")
            let peer = try server.accepted()
            #expect(try client.inbox.failed() == .timedOut)
            _ = peer.readToEnd()
        }

        @Test("a client that connects and never shakes hands is dropped at the first message's deadline")
        func slowClient() async throws {
            let (server, address) = try await Station.secure { $0.intervals.message = .milliseconds(200) }
            defer { withExtendedLifetime(server) {} }
            let silent = try RawSocket.connected(to: address.port)
            #expect(silent.readToEnd() == "")
        }

        @Test("a server that hangs up during the handshake is no success") func hangsUp() throws {
            let server = try RawSocket.bound()
            let client = Station.believing()
            client.connect(to: server.address, as: "localhost")
            try server.accepted().finish()
            guard case .handshakeFailed = try client.inbox.failed() else {
                Issue.record("not a failed handshake")
                return
            }
        }
    }
}
