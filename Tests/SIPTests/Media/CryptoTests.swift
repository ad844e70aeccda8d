import SIP
import Testing

@Suite("A key in a session description") struct CryptoTests {
    /// RFC 4568 §9.1's example, with its lifetime and without its key identifier.
    static let example = "1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20"

    @Test(
        "is written in Base64 as RFC 4648 has it, and read back",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"), ("\u{FF}\u{FE}", "w7/Dvg=="),
        ])
    func base64(_ text: String, _ written: String) {
        #expect(Base64.encode(Array(text.utf8)) == written)
        #expect(Base64.decode(written) == Array(text.utf8))
    }

    @Test("of any octets comes back", arguments: 0..<70) func anyOctets(_ count: Int) {
        var dice = Identifiers.seeded(UInt64(count))
        let octets = (0..<count).map { _ in UInt8.random(in: 0...255, using: &dice) }
        #expect(Base64.decode(Base64.encode(octets)) == octets)
    }

    @Test(
        "in Base64 that could be read two ways is not read",
        arguments: [
            "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm 9", "Zm9v\n", "Zm-_", "=Zm8", "Zm8=Zm8=",
        ])
    func sloppy(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test("is read with its tag and suite, its lifetime left to whoever sends with it") func read() throws {
        let crypto = try #require(CryptoAttribute(Self.example))
        #expect(crypto.tag == 1 && crypto.key.suite == .aes128SHA1Tag80 && crypto.key.octets.count == 30)
        #expect(crypto.description == String(Self.example.dropLast("|2^20".count)))
        #expect(CryptoAttribute(crypto.description) == crypto)
    }

    @Test(
        "that asks for nothing special is taken",
        arguments: [
            example, example.replacing("|2^20", with: ""), example.replacing("2^20", with: "1048576"),
            example.replacing("_80", with: "_32"), example + " WSH=128", example + " -future=1 -x",
            example.replacing("1 AES", with: "999999999\tAES"), example.replacing("inline", with: "INLINE"),
        ])
    func taken(_ line: String) {
        #expect(CryptoAttribute(line) != nil)
    }

    @Test(
        "that is broken, or asks for what we do not have, is passed over",
        arguments: [
            "", "1", "1 AES_CM_128_HMAC_SHA1_80", example.replacing("1 AES", with: "-1 AES"),
            example.replacing("1 AES", with: "1000000000 AES"), example.replacing("1 AES", with: "x AES"),
            // other suites, and other methods to agree on keys
            example.replacing("_80", with: "_81"), example.replacing("AES_CM_128", with: "F8_128"),
            example.replacing("AES_CM_128", with: "AEAD_AES_128_GCM"), example.replacing("inline:", with: "uri:"),
            // too short, too long, not canonical
            example.replacing("d0Rm", with: ""), example.replacing("d0Rm", with: "d0Rmd0Rm"),
            example.replacing("d0Rm", with: "d0R*"), example.replacing("JSoj", with: "JSo="),
            // a key identifier, several keys
            example + "|1:4", example.replacing("|2^20", with: "|1:4"),
            example + ";inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20",
            // lifetimes that nobody can have
            example.replacing("2^20", with: "2^49"), example.replacing("2^20", with: "0"),
            example.replacing("2^20", with: "2^"), example.replacing("2^20", with: "2^99999999999999999999"),
            example.replacing("2^20", with: "281474976710657"), example.replacing("2^20", with: ""),
            // what changes the wire, or is unknown
            example + " KDR=1", example + " UNENCRYPTED_SRTP", example + " UNENCRYPTED_SRTCP",
            example + " UNAUTHENTICATED_SRTP", example + " FEC_ORDER=FEC_SRTP", example + " future=1",
            example + " WSH=63", example + " WSH=x", example + " -",
        ])
    func passedOver(_ line: String) {
        #expect(CryptoAttribute(line) == nil)
    }

    @Test("is not printed, nor is anything that it is part of") func unprinted() throws {
        let key = try #require(CryptoAttribute(Self.example)).key
        let security = AudioStream.Security(local: key, remote: key)
        var dumped = ""
        dump(security, to: &dumped)
        for text in ["\(key)", "\(security)", String(reflecting: security), dumped] {
            #expect(!text.contains("\(key.octets[0]), ") && !text.contains("[") && text.contains("SHA1_80"))
        }
    }

    @Test("has to have the length of its suite") func length() {
        #expect(SRTPKey(.aes128SHA1Tag80, Array(repeating: 1, count: 29)) == nil)
        #expect(SRTPKey(.aes128SHA1Tag32, Array(repeating: 1, count: 30)) != nil)
    }
}
