import SIP

/// A URI, or an address with one, is written to the same; means the same as what was written of it, in both directions;
/// and no text that is put into one becomes another part of it.
///
/// Two of them, or two texts, are told apart by a record separator.
func fuzzURI(_ bytes: [UInt8]) {
    let texts = records(of: bytes).prefix(2).map { String(decoding: $0, as: UTF8.self) }
    let uris = texts.compactMap { try? URI(parsing: $0) }
    for uri in uris { check(uri) }
    if let one = uris.first, let other = uris.last {
        require(
            one.isEquivalent(to: other) == other.isEquivalent(to: one), "\(one) and \(other) differ in one direction")
        require(one != other || one.isEquivalent(to: other), "\(one) is the same and means something else")
    }
    for text in texts {
        if let address = try? NameAddress(parsing: text) { check(address) }
        require(contain(text), "\(text.debugDescription) breaks out")
    }
}

private func check(_ uri: URI) {
    guard let again = try? URI(parsing: uri.description) else { fatalError("\(uri) does not parse") }
    require(again == uri && again.hashValue == uri.hashValue, "\(uri) does not parse to itself")
    require(again.isEquivalent(to: uri), "\(uri) is not equivalent to itself")
    var shouted = uri
    shouted.host = uri.host.uppercased()
    require(shouted.isEquivalent(to: uri), "\(uri) depends on the case of its host")
    for (name, _) in uri.headers { require(!name.isEmpty, "a header field without a name") }
}

private func check(_ address: NameAddress) {
    guard let again = try? NameAddress(parsing: address.description) else { fatalError("\(address) does not parse") }
    require(again == address, "\(address) does not parse to itself")
    check(address.uri)
}

/// Whether a text that is a user, a parameter's value and a name stays each of them.
private func contain(_ text: String) -> Bool {
    var uri = URI.sip(text, "h")
    if !text.isEmpty { uri.parameters["x"] = text }
    guard let read = try? URI(parsing: uri.description), read.host == "h", read.query == nil, read.password == nil,
        (read.user ?? "") == text, read.parameters.count == uri.parameters.count
    else { return false }
    // Nobody reads a line that long.
    guard uri.description.utf8.count < Limits.startLineLength - 64, 2 * text.utf8.count < Limits.headerLength - 64
    else {
        return true
    }
    // What would break the line is refused when the message is written.
    var request = Request(.options, uri)
    request.from = NameAddress(.sip("1000", "h"), displayName: text, tag: "f")
    request.to = NameAddress(uri)
    request.callID = "c"
    request.cseq = CSeq(1, .options)
    request.headers[.via] = "SIP/2.0/TCP h;branch=z9hG4bKa"
    guard let bytes = try? Message.request(request).serialized() else { return true }
    guard case .request(let heard)? = try? Message.parse(bytes) else { return false }
    return heard.from?.displayName == text && heard.from?.uri == .sip("1000", "h") && heard.from?.tag == "f"
        && heard.uri == read
}
