import SIP
import Testing

@Suite("a stream is cut where Content-Length says")
struct StreamFraming {
    private let one = SmallRequest().bytes
    private var two: [UInt8] {
        var request = SmallRequest()
        request.body = "a\r\n\r\nb"
        request.contentLength = "l: 6"
        return request.bytes
    }

    /// Everything that the framer gives when fed in pieces of `size` octets.
    private func frames(_ bytes: [UInt8], pieces size: Int) throws -> [StreamFramer.Frame] {
        var framer = StreamFramer()
        var frames: [StreamFramer.Frame] = []
        var start = 0
        while start < bytes.count {
            framer.append(bytes[start..<min(start + size, bytes.count)])
            while let frame = try framer.next() { frames.append(frame) }
            start += size
        }
        #expect(framer.pendingCount == 0)
        return frames
    }

    private func failure(_ bytes: [UInt8]) -> FramingError? {
        var framer = StreamFramer()
        framer.append(bytes)
        do {
            while try framer.next() != nil {}
            return nil
        } catch {
            return error
        }
    }

    @Test("the same messages however the stream is cut", arguments: [1, 2, 3, 7, 64, 100_000])
    func pieces(size: Int) throws {
        #expect(try frames(one + two + one, pieces: size) == [.message(one), .message(two), .message(one)])
    }

    @Test("a ping and a pong between messages") func keepAlive() throws {
        let ping = Array("\r\n\r\n".utf8)
        let pong = Array("\r\n".utf8)
        #expect(try frames(ping, pieces: 4) == [.pong, .ping])
        #expect(try frames(pong, pieces: 2) == [.pong])
        #expect(
            try frames(one + pong + one + ping + two, pieces: 100_000) == [
                .message(one), .pong, .message(one), .pong, .ping, .message(two),
            ])
        #expect(try frames(ping + ping, pieces: 8) == [.pong, .ping, .pong, .ping])
        #expect(try frames(ping + pong, pieces: 6) == [.pong, .ping, .pong])
    }

    @Test("keep-alives are the same however the stream is cut", arguments: 1...9)
    func cutKeepAlives(size: Int) throws {
        let bytes = Array("\r\n\r\n\r\n".utf8) + one + Array("\r\n".utf8) + one
        #expect(
            try frames(bytes, pieces: size) == [.pong, .ping, .pong, .message(one), .pong, .message(one)])
    }

    @Test(
        "a Content-Length that nobody can follow ends the stream",
        arguments: [
            ("Content-Length: -1", ParseError.Reason.malformed(.contentLength)),
            ("Content-Length: 5 5", .malformed(.contentLength)),
            ("Content-Length: 99999999999999999999", .malformed(.contentLength)), ("l:", .malformed(.contentLength)),
            ("Content-Length: 4294967295", .bodyTooLarge), ("Content-Length: 60000", .bodyTooLarge),
            ("Content-Length: 5\nContent-Length: 5", .duplicate(.contentLength)),
            ("Content-Length: 5\nl: 6", .duplicate(.contentLength)), ("Subject: none", .missing(.contentLength)),
            ("Content-Length\u{01}: 5", .missing(.contentLength)),
        ])
    func badLength(line: String, reason: ParseError.Reason) {
        var request = SmallRequest()
        request.contentLength = line
        let error = failure(request.bytes)
        #expect(error?.reason == reason)
        #expect(error?.rejection?.status == reason.status)
        #expect(error?.rejection?.callID == "small@192.0.2.7")
    }

    @Test("a folded Content-Length is the same number to framer and parser") func folded() throws {
        var request = SmallRequest()
        request.contentLength = "Content-Length :\n  5"
        #expect(try frames(request.bytes + one, pieces: 10) == [.message(request.bytes), .message(one)])
        #expect(try Message.parse(request.bytes).body == Array("hello".utf8))
    }

    @Test("a message with another fault is handed on: its end is certain") func otherFault() throws {
        var request = SmallRequest()
        request.cseq = "CSeq: x"
        #expect(try frames(request.bytes + one, pieces: 50) == [.message(request.bytes), .message(one)])
        #expect(refusal(of: request.bytes)?.rejection?.status == 400)
    }

    @Test("a head that never ends is given up at the limit, answered when it shows the way back") func endlessHead() {
        let start = Octets.head("OPTIONS sip:a@b SIP/2.0\nVia: SIP/2.0/TCP c;branch=z9hG4bK1").dropLast(2)
        let line = Array("X: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".utf8)
        var framer = StreamFramer()
        framer.append(start)
        var error: FramingError?
        while error == nil, framer.pendingCount < 1_000_000 {
            framer.append(line)
            do { _ = try framer.next() } catch let thrown { error = thrown }
        }
        #expect(error?.reason == .messageTooLarge)
        #expect(error?.rejection?.status == 513)
        #expect(framer.pendingCount <= Limits.headSize + line.count)
    }

    @Test("octets that are no SIP at all are given up at the limit") func noise() {
        var framer = StreamFramer()
        framer.append(Array(repeating: 0x41, count: Limits.headSize + 1))
        #expect(throws: FramingError(.messageTooLarge)) { try framer.next() }
    }

    @Test("a large message costs about the same octet by octet: nothing is scanned twice") func linear() throws {
        var request = SmallRequest()
        request.extra = (0..<200).map { "X-\($0): " + String(repeating: "y", count: 200) }
        let bytes = request.bytes
        let clock = ContinuousClock()
        let whole = try clock.measure { for _ in 0..<10 { _ = try frames(bytes, pieces: bytes.count) } } / 10
        let single = try clock.measure { _ = try frames(bytes, pieces: 1) }
        // Quadratic behaviour would be some 40,000 times slower.
        #expect(single < max(whole, .microseconds(200)) * 1_000)
    }

    @Test("one large message does not cost its memory for as long as the connection lasts") func memory() throws {
        var framer = StreamFramer()
        framer.append("MESSAGE sip:a@b SIP/2.0\r\nContent-Length: 30000\r\n\r\n".utf8)
        framer.append([UInt8](repeating: 0x2E, count: 30_000))
        guard case .message = try framer.next() else {
            Issue.record("the message is whole")
            return
        }
        framer.append("\r\n".utf8)
        #expect(try framer.next() == .pong)
        #expect(framer.capacity <= StreamFramer.keptCapacity)
    }

    @Test("many messages in one append are handed out one by one") func burst() throws {
        let bytes = Array(repeatElement(one, count: 2_000).joined())
        #expect(try frames(bytes, pieces: bytes.count).count == 2_000)
    }
}
