import Dispatch
import Glibc
import SIP
import Synchronization
import Testing

/// A name server on a port of 127.0.0.1, over UDP and TCP, which answers as a test likes.
final class NameServer {
    /// What it says to a question.
    enum Answer: Sendable {
        /// The data of the records.
        case records([[UInt8]])
        /// There are records, and nothing of them fits into a datagram; over TCP they come.
        case onlyOverTCP([[UInt8]])
        /// A response code.
        case failure(UInt8)
        /// Anything behind the question.
        case octets([UInt8])
        case silence
    }

    let address: SIP.SocketAddress
    private let sources: [any DispatchSourceRead]
    private let questions: Box

    private final class Box: Sendable {
        let asked = Mutex<[String]>([])
    }

    /// What it was asked, `33 _sips._tcp.pbx.example`.
    var asked: [String] { questions.asked.withLock { $0 } }

    /// - Parameter zone: by question, in the form of `asked`; what is not in it does not exist.
    init(_ zone: [String: Answer]) throws {
        let streams = try RawSocket.bound()
        address = streams.address
        let datagrams = socket(AF_INET, CInt(SOCK_DGRAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = address.port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let bound = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(datagrams, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(bound == 0, "bind")
        let box = Box()
        questions = box
        let queue = DispatchQueue(label: "name server")
        let overUDP = DispatchSource.makeReadSource(fileDescriptor: datagrams, queue: queue)
        overUDP.setEventHandler { @Sendable in Self.answerDatagram(datagrams, zone, box) }
        overUDP.setCancelHandler { @Sendable in close(datagrams) }
        let overTCP = DispatchSource.makeReadSource(fileDescriptor: streams.descriptor, queue: queue)
        overTCP.setEventHandler { @Sendable in Self.answerStream(streams, zone, box) }
        sources = [overUDP, overTCP]
        for source in sources { source.resume() }
    }

    deinit {
        for source in sources { source.cancel() }
    }

    private static func answerDatagram(_ descriptor: CInt, _ zone: [String: Answer], _ box: Box) {
        var query = [UInt8](repeating: 0, count: 512)
        var peer = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &peer) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
                let count = recvfrom(descriptor, &query, query.count, 0, peer, &size)
                guard count > 16, let answer = answer(Array(query.prefix(count)), zone, box, overTCP: false) else {
                    return
                }
                sendto(descriptor, answer, answer.count, 0, peer, size)
            }
        }
    }

    private static func answerStream(_ listener: RawSocket, _ zone: [String: Answer], _ box: Box) {
        guard let peer = try? listener.accepted() else { return }
        var query = [UInt8](repeating: 0, count: 514)
        var count = 0
        while count < 2 || count < 2 + Int(query[0]) << 8 + Int(query[1]) {
            let read = query.withUnsafeMutableBytes {
                recv(peer.descriptor, $0.baseAddress.map { $0 + count }, 514 - count, 0)
            }
            guard read > 0 else { return }
            count += read
        }
        guard let answer = answer(Array(query[2..<count]), zone, box, overTCP: true) else { return }
        try? peer.write([UInt8(answer.count >> 8), UInt8(answer.count & 0xFF)] + answer)
    }

    private static func answer(_ query: [UInt8], _ zone: [String: Answer], _ box: Box, overTCP: Bool) -> [UInt8]? {
        var labels: [String] = []
        var place = 12
        while query[place] > 0 {
            labels.append(String(decoding: query[place + 1...place + Int(query[place])], as: UTF8.self))
            place += Int(query[place]) + 1
        }
        let question = query[12..<place + 5]
        let kind = query[place + 2]
        let key = "\(kind) \(labels.joined(separator: "."))"
        box.asked.withLock { $0.append(key) }
        func message(_ code: UInt8, isCut: Bool = false, _ records: [[UInt8]] = []) -> [UInt8] {
            var message = header(of: query, code, isCut: isCut, answers: UInt8(records.count)) + question
            for data in records {
                message += [0xC0, 12, 0, kind, 0, 1, 0, 0, 0, 60, UInt8(data.count >> 8), UInt8(data.count & 0xFF)]
                message += data
            }
            return message
        }
        switch zone[key] {
        case .records(let records): return message(0, records)
        case .onlyOverTCP(let records): return overTCP ? message(0, records) : message(0, isCut: true)
        case .failure(let code): return message(code)
        case .octets(let octets): return header(of: query, 0, isCut: false, answers: 1) + question + octets
        case .silence: return nil
        case nil: return message(3)
        }
    }

    private static func header(of query: [UInt8], _ code: UInt8, isCut: Bool, answers: UInt8) -> [UInt8] {
        let flags: [UInt8] = [isCut ? 0x87 : 0x85, 0x80 | code]
        return query[0...1] + flags + [0, 1, 0, answers, 0, 0, 0, 0]
    }

    // MARK: Records

    static func srv(_ priority: UInt8, _ port: UInt16, _ target: String) -> [UInt8] {
        [0, priority, 0, 0, UInt8(port >> 8), UInt8(port & 0xFF)] + name(target)
    }

    static func naptr(_ order: UInt8, _ service: String, _ replacement: String) -> [UInt8] {
        [0, order, 0, 0] + ["s", service, ""].flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + name(replacement)
    }

    private static func name(_ name: String) -> [UInt8] {
        name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}
