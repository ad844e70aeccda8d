import Harness
import Testing

@Suite("sipp as an extension with a password", .enabled(if: Strangers.takePart), .manyAtOnceFirst)
struct SippExtensionTests {
    private let password = "sesame"

    /// 601 and what proves its password by MD5, the one function that sipp knows.
    private func exchange() throws -> SippExchange {
        let hash = "echo '\(password)' | \"$0\" exchange hash-password --number 601 --md5-only"
        let entry = try run(["sh", "-c", hash, Program.path])
        return try SippExchange(extensions: entry)
    }

    @Test(
        "100 calls of the Echo test, and it proves its password for each, and to be let in", arguments: ["udp", "tcp"])
    func proves(over transport: String) throws {
        let exchange = try exchange()
        try Sipp(
            "extension", to: exchange.address, over: transport,
            ["name": "dora", "number": "601", "password": password, "callee": "600"],
            load: Sipp.Load(calls: 99, atOnce: 3), options: ["-auth_uri", "600@\(exchange.address)"]
        ).succeeds()
        try exchange.forgetsAll()
    }

    @Test("a wrong password is refused", arguments: ["udp", "tcp"])
    func isWrong(over transport: String) throws {
        let exchange = try exchange()
        try Sipp(
            "impostor", to: exchange.address, over: transport,
            ["name": "mallory", "number": "601", "password": "Sesame", "callee": "600"],
            options: ["-auth_uri", "600@\(exchange.address)"]
        ).succeeds()
        #expect(try exchange.status().clients.isEmpty)
    }
}
