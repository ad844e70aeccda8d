/// Writes answers of DNS, right ones and wrong ones.
struct DNSWriter {
    var bytes: [UInt8] = []

    /// The header and the question of an answer.
    init(_ name: String, _ kind: UInt16, flags: UInt16 = 0x8180, answers: UInt16) {
        put(0x1234, flags, 1, answers, 0, 0)
        put(name)
        put(kind, 1)
    }

    /// An answer with records of one name and kind.
    init(_ name: String, _ kind: UInt16, _ data: [[UInt8]]) {
        self.init(name, kind, answers: UInt16(data.count))
        for data in data { record(name, kind, data) }
    }

    mutating func put(_ numbers: UInt16...) {
        for number in numbers { bytes += [UInt8(number >> 8), UInt8(number & 0xFF)] }
    }

    mutating func put(_ name: String) { bytes += Self.name(name) }

    mutating func record(_ name: String, _ kind: UInt16, _ data: [UInt8]) {
        record(owner: Self.name(name), kind, data)
    }

    mutating func record(owner: [UInt8], _ kind: UInt16, _ data: [UInt8], length: Int? = nil) {
        bytes += owner
        put(kind, 1, 0, 60, UInt16(length ?? data.count))
        bytes += data
    }

    static func name(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }

    static func srv(_ priority: UInt16, _ weight: UInt16, _ port: UInt16, _ target: [UInt8]) -> [UInt8] {
        [priority, weight, port].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } + target
    }

    static func srv(_ priority: UInt16, _ weight: UInt16, _ port: UInt16, _ target: String) -> [UInt8] {
        srv(priority, weight, port, name(target))
    }

    static func naptr(
        _ order: UInt16, _ preference: UInt16, _ flags: String, _ service: String, _ replacement: String,
        expression: String = ""
    ) -> [UInt8] {
        let numbers = [order, preference].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        let texts = [flags, service, expression].flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
        return numbers + texts + name(replacement)
    }
}
