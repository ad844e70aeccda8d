import SIP
import Webphone

/// A body of several parts is read to a bounded number of them, none with more in it than there was; what a user agent
/// takes out of it is of a kind that it asked for, and else it is refused as one would be.
///
/// The first line is the Content-Type, the second the Content-Disposition.
func fuzzMultipart(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: 0x0A, maxSplits: 2, omittingEmptySubsequences: false)
    guard lines.count == 3 else { return }
    let (type, disposition, body) = (
        String(decoding: lines[0], as: UTF8.self), String(decoding: lines[1], as: UTF8.self), Array(lines[2])
    )
    if let media = MediaType(type) { read(body, boundary: media.parameters["boundary"]) }
    for method in [Method.invite, .message] {
        var request = Request(method, .sip("1000", "h"))
        request.headers[.contentType] = type
        if !disposition.isEmpty { request.headers[.contentDisposition] = disposition }
        request.body = body
        do throws(BodyFault) {
            switch method {
            case .invite: _ = try request.offer()
            case _: check(try request.contents(of: UserAgent.Configuration.messageTypes), of: body)
            }
        } catch {
            require([400, 413, 415].contains(error.status), "refused with \(error.status)")
        }
    }
    let wrapped = CommonMessage(fields: [], content: UserAgent.Content(type: type, body: body))
    if let contents = try? wrapped.contents { require(contents.count <= Multipart.Limits.parts, "too many contents") }
}

private func read(_ body: [UInt8], boundary: String?) {
    guard let multipart = try? Multipart(parsing: body[...], boundary: boundary) else { return }
    require((1...Multipart.Limits.parts).contains(multipart.parts.count), "\(multipart.parts.count) parts")
    require(multipart.parts.reduce(0) { $0 + $1.content.count } <= body.count, "more than there was")
    let longer = try? Multipart(parsing: (body + Array("\r\nepilogue".utf8))[...], boundary: boundary)
    require(longer == multipart, "what stands behind the end counts")
    let delimiter = Array("\n--\(boundary ?? "")--".utf8)
    for part in multipart.parts {
        require(!([0x0A] + part.content + [0x0A]).containsRun(delimiter + [0x0A]), "a delimiter in a part")
    }
}

private func check(_ contents: [UserAgent.Content], of body: [UInt8]) {
    require((1...Multipart.Limits.parts).contains(contents.count), "\(contents.count) contents")
    for content in contents {
        require(content.body.count <= body.count, "more than there was")
        let type = MediaType(content.type)?.essence ?? ""
        require(UserAgent.Configuration.messageTypes.contains(type), "a content of type \(type)")
        requirePlain(RemoteText.message(content.text), lines: true)
    }
}

extension Array<UInt8> {
    fileprivate func containsRun(_ run: [UInt8]) -> Bool {
        guard count >= run.count else { return false }
        return (0...(count - run.count)).contains { self[$0..<($0 + run.count)].elementsEqual(run) }
    }
}
