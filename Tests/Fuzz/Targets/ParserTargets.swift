import SIP
import Webphone

/// A message that parses can be read field by field, and what is written of it parses to the same again. One that does
/// not parse is refused with an answer that can be written.
func fuzzMessage(_ bytes: [UInt8]) {
    let message: Message
    do throws(ParseError) {
        message = try Message.parse(bytes)
    } catch {
        require((0...bytes.count).contains(error.offset), "an error outside of the message")
        // It lacks what the request lacked, so it need not be readable.
        require(error.rejection.map { (try? Message.response($0).serialized()) != nil } ?? true, "no way to refuse it")
        return
    }
    switch message {
    case .request(let request):
        readAll(request)
        _ = request.uri.description
        _ = writtenAndRead(.response(Response(486, to: request, toTag: "fuzz")))
    case .response(let response): readAll(response)
    }
    let written = writtenAndRead(message)
    require(writtenAndRead(written.read).bytes == written.bytes, "writing twice differs")
}

/// What was read, or made of it, can be written, and what was written can be read.
func writtenAndRead(_ message: Message) -> (bytes: [UInt8], read: Message) {
    do {
        let bytes = try message.serialized()
        return (bytes, try Message.parse(bytes))
    } catch {
        fatalError("\(error): \(message)")
    }
}

private func readAll(_ message: some MessageFields) {
    _ = (message.callID, message.cseq, message.expires, message.maxForwards, message.event, message.contentType)
    for via in [message.topVia].compactMap({ $0 }) {
        require((try? Via(parsing: via.description)) != nil, "Via \(via) does not parse again")
    }
    for address in [message.from, message.to].compactMap({ $0 }) + message.contacts + message.recordRoutes {
        require((try? NameAddress(parsing: address.description)) == address, "\(address) does not parse to itself")
        require(address.uri.isEquivalent(to: address.uri), "\(address.uri) is not equivalent to itself")
    }
}

/// However the bytes are cut, the same frames come out.
func fuzzFraming(_ bytes: [UInt8]) {
    let whole = framed([bytes])
    require(whole == framed(bytes.map { [$0] }), "frames depend on how the stream was cut")
    if let first = bytes.first {
        let cut = min(Int(first), bytes.count)
        require(whole == framed([Array(bytes[..<cut]), Array(bytes[cut...])]), "frames depend on the cut")
    }
}

private func framed(_ parts: [[UInt8]]) -> [StreamFramer.Frame?] {
    var framer = StreamFramer()
    var frames: [StreamFramer.Frame?] = []
    do {
        for piece in parts {
            framer.append(piece)
            while let frame = try framer.next() { frames.append(frame) }
            require(framer.pendingCount <= Limits.messageSize + piece.count, "more waits than a message can have")
        }
    } catch {
        frames.append(nil)
    }
    return frames
}

/// A description that parses is bounded, is written to the same again, and can be answered.
func fuzzDescription(_ bytes: [UInt8]) {
    guard let description = try? SessionDescription(parsing: bytes) else { return }
    require(description.media.count <= SessionDescription.Limits.media, "too many media")
    let written = description.serialized
    guard let again = try? SessionDescription(parsing: written) else {
        fatalError("what was written does not parse: \(String(decoding: written, as: UTF8.self))")
    }
    require(again.serialized == written, "writing twice differs")
    for medium in description.media { fuzzAudio(medium, in: description) }
    guard let answer = description.textAnswer(from: "192.0.2.1", sessionID: 1) else { return }
    require(answer.media.count == description.media.count, "an answer with other media")
    require((try? SessionDescription(parsing: answer.serialized)) != nil, "the answer does not parse")
}

/// What is understood of a medium is bounded, and is the same after it was written and read again.
private func fuzzAudio(_ medium: SessionDescription.Media, in description: SessionDescription) {
    guard let audio = AudioDescription(medium, in: description) else { return }
    require(audio.formats.count <= SessionDescription.Limits.formats, "too many codecs")
    require(audio.formats.allSatisfy { !AudioFormat.forbidden.contains($0.payloadType) }, "a number of RTCP's")
    require(audio.cryptos.allSatisfy { CryptoAttribute($0.description) == $0 }, "a key that does not parse to itself")
    guard !audio.formats.isEmpty else { return }
    var again = description
    again.media = [audio.media]
    guard let read = AudioDescription(again.media[0], in: again) else { fatalError("what was written is no audio") }
    require(read == audio, "\(audio) is read as \(read)")
}

/// A list that parses is bounded, and what is shown of it is plain text.
func fuzzPresence(_ bytes: [UInt8]) {
    guard let document = try? PresenceDocument(parsing: bytes) else { return }
    require(document.tuples.count <= PresenceDocument.Limits.tuples, "too many tuples")
    for tuple in document.tuples {
        requirePlain(RemoteText.name(tuple.note, number: "1000"), lines: false)
        requirePlain(RemoteText.message(tuple.note), lines: true)
    }
}

/// A message in the common format is bounded, and what is written of it is read to the same; what an indication or a
/// notification says can be said again.
func fuzzSigns(_ bytes: [UInt8]) {
    if let indication = ComposingIndication(parsing: bytes) {
        require(ComposingIndication(parsing: indication.content.body) == indication, "another indication")
    }
    _ = DeliveryNotification(parsing: bytes)
    guard let message = try? CommonMessage(parsing: bytes) else { return }
    require(message.fields.count <= CommonMessage.Limits.headers, "too many header fields")
    require(message.content.body.count <= bytes.count, "more content than there was")
    requirePlain(RemoteText.message(message.content.text), lines: true)
    // Long values grow by what was repaired in them, and may then be too long to be read.
    if let again = try? CommonMessage(parsing: message.serialized) {
        require(again.content.body == message.content.body, "writing changes the content")
    }
    guard let notification = DeliveryNotification(asked: message) else { return }
    let answer = notification.content(from: .sip("1000", "192.0.2.1"), to: .sip("1001", "192.0.2.1"), id: "x")
    guard let written = try? CommonMessage(parsing: answer.body) else { fatalError("the answer does not parse") }
    require(DeliveryNotification(parsing: written.content.body) == notification, "another notification")
}

/// No control character but the line end, where there may be one, and nothing that turns the direction of writing.
func requirePlain(_ text: String, lines: Bool) {
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0x0A: require(lines, "a line end in a name")
        case 0x00...0x1F, 0x7F...0x9F, 0x61C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069:
            fatalError("U+\(String(scalar.value, radix: 16)) came through")
        default: break
        }
    }
}
