import SIP
import Testing

@testable import SIPTransport

@Suite("Whom a certificate names (RFC 5922 §7)") struct CertificateNamesTests {
    @Test(
        "a DNS name names its host, in any case, with or without the last dot",
        arguments: [
            ("pbx.example", true), ("PBX.Example", true), ("pbx.example.", true), ("www.pbx.example", false),
            ("example", false), ("", false), (".", false),
        ])
    func host(domain: String, isNamed: Bool) {
        #expect(CertificateNames(hosts: ["pbx.example"]).name(domain) == isNamed)
    }

    @Test("a wildcard names nobody") func wildcard() {
        let names = CertificateNames(hosts: ["*.example", "*"])
        #expect(!names.name("pbx.example"))
        #expect(!names.name("*"))
    }

    @Test("beside the URI of a SIP domain DNS names do not count") func domainFirst() {
        let names = CertificateNames(domains: ["example"], hosts: ["pbx.example"])
        #expect(names.name("example"))
        #expect(!names.name("pbx.example"))
    }

    @Test("an address is named by its bytes, never by a text that looks like it") func addresses() {
        let names = CertificateNames(
            hosts: ["192.0.2.2"],
            addresses: [[192, 0, 2, 1], [0x20, 0x01, 0x0D, 0xB8] + [UInt8](repeating: 0, count: 11) + [1]])
        #expect(names.name("192.0.2.1"))
        #expect(names.name("2001:db8::1"))
        #expect(names.name("2001:DB8:0::0:1"))
        #expect(!names.name("192.0.2.2"))
        #expect(!names.name("2001:db8::2"))
        #expect(names.words == ["192.0.2.2", "192.0.2.1", "2001:db8::1"])
    }

    @Test("an address of no known length is shown to nobody") func strangeAddress() {
        let names = CertificateNames(addresses: [[], [1, 2, 3], [UInt8](repeating: 1, count: 17)])
        #expect(names.words == [])
    }

    @Test("a fingerprint is read back from what is shown of it, and from openssl's colons") func fingerprint() {
        let fingerprint = Fingerprint(of: [1, 2, 3])
        #expect(Fingerprint(fingerprint.description) == fingerprint)
        #expect(Fingerprint(fingerprint.digits.lowercased()) == fingerprint)
        #expect(fingerprint.description.split(separator: " ").map(\.count) == Array(repeating: 4, count: 16))
        #expect(Fingerprint(String(fingerprint.digits.dropLast())) == nil)
        #expect(Fingerprint(String(repeating: "g", count: 64)) == nil)
        #expect(Fingerprint("") == nil)
    }
}
