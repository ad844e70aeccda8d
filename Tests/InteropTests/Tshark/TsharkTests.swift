import Foundation
import Harness
import Testing

@Suite(
    "What tshark reads in our sound",
    .enabled(if: Strangers.takePart && Capture.isPermitted, Capture.explanation), .manyAtOnce)
struct TsharkTests {
    @Test(
        "beside baresip: RTP of the agreed type without a gap, and whole reports with a description of the source",
        arguments: [(Baresip.Sound.Codec.opus, 96), (.pcmu, 0)])
    func beside(_ codec: Baresip.Sound.Codec, type: Int) throws {
        let capture = try Capture()
        let booth = try BaresipBooth(codec)
        try booth.asBaresipAsked()
        try booth.duet.hearEachOther()
        let (theirs, ours) = try booth.bare.ports
        var packets: [Capture.Packet] = []
        try booth.ada.waits(for: "two seconds of ours, and two reports") {
            packets = try capture.packets(voice: [ours, theirs], control: [ours + 1, theirs + 1])
            return packets.count { $0.source == ours } > 100
                && packets.count { $0.source == ours + 1 && !$0.reports.isEmpty } >= 2
        }
        judge(packets.filter { $0.source == ours || $0.source == ours + 1 }, type: type)
        let stream = try #require(try capture.stream(from: ours, to: theirs))
        #expect(stream.packets > 100 && stream.lost == 0, "\(stream)")
    }

    @Test("between two of us, with reports on the port of the sound") func between() throws {
        let capture = try Capture()
        let studio = try Studio()
        let log = studio.path("log")
        let exchange = try ExchangeProcess("--log", log, "--trace")
        let options = ["--server", exchange.address]
        let ada = try Person(["--name", "ada"] + options + Duet.files(studio))
        try ada.sees(" · connected")
        let bob = try Person(
            ["--name", "bob", "--audio-file", "\(studio.tone(600)),\(studio.path("bob.wav"))"] + options)
        try bob.talks(to: "ada", ada)
        try bob.presses("F2")
        try ada.decides("Speak", on: "Voice")
        try bob.sees("● MIC OPEN")
        try Duet(ada, studio, "bob") { studio.heard("bob.wav") }.hearEachOther()
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        let ports = Set(
            lines.compactMap { $0.split(separator: "m=audio ").dropFirst().first?.split(separator: " ").first }
        )
        .compactMap { Int($0) }.filter { $0 != 9 }
        try #require(ports.count == 2)
        var packets: [Capture.Packet] = []
        try ada.waits(for: "two seconds of each, and two reports") {
            packets = try capture.packets(voice: ports)
            return ports.allSatisfy { port in
                let sent = packets.filter { $0.source == port }
                return sent.count { $0.payloadType != nil } > 100 && sent.count { !$0.reports.isEmpty } >= 2
            }
        }
        judge(packets, type: 96)
        for (one, other) in [(ports[0], ports[1]), (ports[1], ports[0])] {
            let stream = try #require(try capture.stream(from: one, to: other))
            #expect(stream.packets > 100 && stream.lost == 0, "\(stream)")
        }
    }

    /// Nothing of ours may be malformed, nor worth a word.
    private func judge(_ packets: [Capture.Packet], type: Int) {
        for packet in packets {
            #expect(packet.complaints.isEmpty, "\(packet)")
            #expect(packet.payloadType != nil || !packet.reports.isEmpty, "it is neither RTP nor RTCP: \(packet)")
            #expect(packet.payloadType == nil || packet.payloadType == type)
            if packet.payloadType == nil {
                #expect(packet.isWhole == true && [200, 201].contains(packet.reports.first ?? 0))
                #expect(packet.reports.contains(202))
            }
        }
    }
}
