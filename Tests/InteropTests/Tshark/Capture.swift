import Foundation
import Glibc
import Harness
import Testing

/// What goes over the loopback interface, captured by dumpcap and read by tshark.
final class Capture {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("capture-\(UUID().uuidString)")
    private let child: Child
    private var path: String { folder.appendingPathComponent("packets.pcap").path }

    /// Whether this process may capture: it takes a packet socket.
    static let isPermitted: Bool = {
        let descriptor = socket(AF_PACKET, Int32(SOCK_DGRAM.rawValue), 0)
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
    }()

    static let explanation: Comment = "Capturing takes CAP_NET_RAW."

    /// Returns when it captures.
    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appendingPathComponent("packets.pcap").path
        let filter = "udp and host 127.0.0.1 and portrange 10000-65535"
        child = try Child(["dumpcap", "-q", "-P", "-i", "lo", "-f", filter, "-w", path])
        let begins = eventually(within: 20) { FileManager.default.fileExists(atPath: path) || !child.isRunning }
        try #require(begins && child.isRunning, "dumpcap does not capture")
    }

    deinit {
        child.kill(SIGKILL)
        child.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    /// The sound in all packets of PCMU that went to a port so far, without tshark's and anybody else's help.
    func heardInPCMU(at port: Int) -> Recording {
        guard let file = FileManager.default.contents(atPath: path) else { return Recording(samples: []) }
        var samples: [Double] = []
        file.withUnsafeBytes { octets in
            // A header of 24 octets, then each packet with 16 before it: Ethernet (14), IPv4 (20), UDP (8), RTP (12).
            let (fileHeader, packetHeader, udp, rtp) = (24, 16, 14 + 20, 14 + 20 + 8)
            var place = fileHeader
            while place + packetHeader <= octets.count {
                let length = (0..<4).reduce(0) { $0 | Int(octets[place + 8 + $1]) << (8 * $1) }
                let packet = place + packetHeader
                place = packet + length
                guard place <= octets.count, length > rtp + 12,
                    Int(octets[packet + udp + 2]) << 8 | Int(octets[packet + udp + 3]) == port,
                    octets[packet + rtp] == 0x80, octets[packet + rtp + 1] & 0x7F == 0
                else { continue }
                for index in (packet + rtp + 12)..<place { samples.append(Capture.sample(octets[index])) }
            }
        }
        return Recording(samples: samples)
    }

    /// µ-law, as G.711 has it.
    private static func sample(_ octet: UInt8) -> Double {
        let bits = ~octet
        let magnitude = ((Int(bits & 0x0F) << 3) + 0x84) << Int((bits & 0x70) >> 4) - 0x84
        return Double(bits & 0x80 == 0 ? magnitude : -magnitude)
    }

    /// One packet as tshark reads it.
    struct Packet {
        let source: Int
        let destination: Int
        /// Nil where it is none.
        let payloadType: Int?
        /// The types of the reports in it: 200 for a sender's, 202 for a description of the source.
        let reports: [Int]
        /// Whether the reports' lengths come to that of the datagram; nil where it has none.
        let isWhole: Bool?
        /// What tshark finds wrong with it.
        let complaints: String
    }

    /// The packets to and from these ports so far; those without content, which only hold a way open, are none.
    ///
    /// - Parameters:
    ///   - voice: ports of RTP, and of RTCP where it shares them.
    ///   - control: ports of RTCP alone.
    func packets(voice: [Int], control: [Int] = []) throws -> [Packet] {
        let mine = (voice + control).map { "udp.port==\($0)" }.joined(separator: "||")
        let fields = [
            "udp.srcport", "udp.dstport", "rtp.p_type", "rtcp.pt", "rtcp.length_check", "_ws.malformed",
            "_ws.expert.message",
        ]
        let text = try tshark(
            voice, control,
            ["-Y", "(\(mine)) && udp.length>8", "-T", "fields", "-E", "separator=|"] + fields.flatMap { ["-e", $0] })
        return text.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= fields.count, let source = Int(parts[0]), let destination = Int(parts[1])
            else { return nil }
            let lengths = parts[4].split(separator: ",")
            return Packet(
                source: source, destination: destination, payloadType: Int(parts[2]),
                reports: parts[3].split(separator: ",").compactMap { Int($0) },
                isWhole: lengths.isEmpty ? nil : lengths.allSatisfy { $0 == "1" || $0 == "True" },
                complaints: parts[5...].filter { !$0.isEmpty }.joined(separator: " "))
        }
    }

    /// What tshark says of the stream from one port to another: its packets, and how many of them were lost.
    func stream(from source: Int, to destination: Int) throws -> (packets: Int, lost: Int)? {
        let table = try tshark([source, destination], [], ["-q", "-z", "rtp,streams"])
        for line in table.split(separator: "\n") {
            // Start and end, source, port, destination, port, SSRC, payload, packets, lost.
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 9, words[3] == "\(source)", words[5] == "\(destination)", let packets = Int(words[8])
            else { continue }
            return (packets, Int(words[9]) ?? -1)
        }
        return nil
    }

    private func tshark(_ voice: [Int], _ control: [Int], _ arguments: [String]) throws -> String {
        let kinds = voice.map { "udp.port==\($0),rtp" } + control.map { "udp.port==\($0),rtcp" }
        return try run(["tshark", "-n", "-r", path] + kinds.flatMap { ["-d", $0] } + arguments)
    }
}
