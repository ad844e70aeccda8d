import ArgumentParser
import Testing

@testable import partyline

@Suite("Addresses as people type them")
struct HostPortTests {
    @Test(
        "host and port",
        arguments: [
            ("example.com", "example.com", 7777), ("example.com:5060", "example.com", 5060),
            ("127.0.0.1:1", "127.0.0.1", 1),
            ("[::1]:5070", "::1", 5070), ("[::1]", "::1", 7777), ("::1", "::1", 7777),
            ("2001:db8::1", "2001:db8::1", 7777),
        ])
    func reads(_ text: String, _ host: String, _ port: UInt16) throws {
        let address = try HostPort(text)
        #expect(address.host == host)
        #expect(address.port == port)
    }

    @Test(
        "what is no address is refused in words",
        arguments: [
            "", ":5060", "host:", "host:0", "host:65536", "host:-1", "host:5060x", "[::1", "[::1]5060", "two words",
            "a/b",
            "a\u{1B}b",
        ])
    func refuses(_ text: String) {
        #expect(throws: ValidationError.self) { try HostPort(text) }
    }
}
