/// Takes out of a body what we understand, however it is wrapped (RFC 5621, RFC 3261 §8.2.3, §20.11).
///
/// Of parts beside each other all are taken; one that we do not understand is passed over where it says that it may be,
/// else the whole is refused. Of alternatives the last that we understand is taken.
struct BodyReader {
    /// What a body is read for.
    enum Purpose {
        /// An offer or an answer.
        case session
        /// A message of one of these types, without parameters and in small letters.
        case message([String])
    }

    let purpose: Purpose
    private var room = Multipart.Limits.parts

    init(_ purpose: Purpose) { self.purpose = purpose }

    /// - Throws: 415 for what we do not understand, 400 for what is malformed, 413 for too much of it.
    mutating func read(_ part: BodyPart, depth: Int = 0) throws(BodyFault) -> [BodyPart] {
        // Only a header field that points to it could ask for it, and none that we know does (RFC 5621 §9).
        if part.disposition?.type == "by-reference" { return [] }
        do throws(BodyFault) {
            guard let type = part.mediaType else { throw BodyFault(status: 415) }
            if type.type == "multipart" { return try readMultipart(part, type, depth: depth) }
            guard understands(type, part) else { throw BodyFault(status: 415) }
            return [part]
        } catch {
            guard part.disposition?.isOptional == true, error.status != 413 else { throw error }
            return []
        }
    }

    private mutating func readMultipart(
        _ part: BodyPart, _ type: MediaType, depth: Int
    ) throws(BodyFault) -> [BodyPart] {
        guard part.isPlain else { throw BodyFault(status: 415) }
        guard depth < Multipart.Limits.depth else { throw BodyFault(status: 413) }
        let parts: [BodyPart]
        do throws(Multipart.Fault) {
            parts = try Multipart(parsing: part.content, boundary: type.parameters["boundary"]).parts
        } catch {
            switch error {
            case .boundary, .malformed: throw BodyFault(status: 400)
            case .tooLarge: throw BodyFault(status: 413)
            }
        }
        room -= parts.count
        guard room >= 0 else { throw BodyFault(status: 413) }
        if type.subtype == "alternative" { return try choose(parts, depth: depth) }
        // A subtype that we do not know is read as if it were mixed (RFC 2046 §5.1.3).
        var taken: [BodyPart] = []
        for part in parts { taken += try read(part, depth: depth + 1) }
        return taken
    }

    /// The best alternative stands last (RFC 2046 §5.1.4). Whether a single one may be left unread says nothing: the
    /// others are there in its place.
    private mutating func choose(_ parts: [BodyPart], depth: Int) throws(BodyFault) -> [BodyPart] {
        for part in parts.reversed() {
            var part = part
            part.disposition?.isOptional = false
            do throws(BodyFault) {
                let taken = try read(part, depth: depth + 1)
                if !taken.isEmpty { return taken }
            } catch {
                if error.status == 413 { throw error }
            }
        }
        throw BodyFault(status: 415)
    }

    private func understands(_ type: MediaType, _ part: BodyPart) -> Bool {
        guard part.isPlain else { return false }
        switch purpose {
        case .session:
            return type.essence == MediaType.sdp.essence && (part.disposition?.type ?? "session") == "session"
        case .message(let types):
            let isShown = part.disposition.map { ["render", "inline", "notification"].contains($0.type) } ?? true
            return isShown && types.contains(type.essence)
        }
    }
}

/// A final response that a body earned.
package struct BodyFault: Error, Equatable, Sendable {
    package var status: Int
}

extension Request {
    /// The offer or answer that a request brings; nil when there is none (RFC 3264 §5, RFC 3261 §13.2.1).
    package func offer() throws(BodyFault) -> SessionDescription? {
        try part(body).session()
    }

    /// What a MESSAGE says (RFC 3428 §7), one content for each part that is for us. Without a Content-Type it is taken
    /// for plain text, as the peer meant it.
    ///
    /// - Throws: also where all of it may be left unread and would be: the sender is not to believe that it was read.
    package func contents(of types: [String]) throws(BodyFault) -> [UserAgent.Content] {
        guard body.count <= UserAgent.Limits.messageBody else { throw BodyFault(status: 413) }
        return try part(body).contents(of: types)
    }
}

extension Response {
    /// The answer to our offer; nil when there is none, or none that could be read.
    package var answer: SessionDescription? { try? part(body).session() }
}

extension MessageFields {
    fileprivate func part(_ body: [UInt8]) -> BodyPart {
        BodyPart(
            type: headers[.contentType],
            disposition: headers[.contentDisposition].flatMap { ContentDisposition(parsing: $0) },
            isPlain: (headers[.contentEncoding]?.asciiLowercased ?? "identity") == "identity", content: body[...])
    }
}

extension UserAgent.Content {
    /// What is in it for us, where it is of several parts; itself where it is not, if it is of one of these types.
    package func contents(of types: [String]) throws(BodyFault) -> [UserAgent.Content] {
        try BodyPart(type: type, content: body[...]).contents(of: types)
    }
}

extension BodyPart {
    fileprivate func session() throws(BodyFault) -> SessionDescription? {
        guard !content.isEmpty else { return nil }
        var reader = BodyReader(.session)
        let sessions = try reader.read(self)
        guard let session = sessions.first else { return nil }
        guard sessions.count == 1 else { throw BodyFault(status: 400) }  // nobody could say which of them counts
        do {
            return try SessionDescription(parsing: Array(session.content))
        } catch {
            throw BodyFault(status: error.reason == .tooLarge ? 413 : 400)
        }
    }

    fileprivate func contents(of types: [String]) throws(BodyFault) -> [UserAgent.Content] {
        var reader = BodyReader(.message(types))
        let parts = try reader.read(self)
        guard !parts.isEmpty else { throw BodyFault(status: 415) }
        return parts.map { UserAgent.Content(type: $0.type ?? "text/plain", body: Array($0.content)) }
    }
}
