import SIP

/// Whatever DNS says, a domain that is to be reached over TLS is, under its own name, at a bounded number of places.
///
/// The first octet tells how much of the answer is as it should be: header and question are, where it is even.
func fuzzLocation(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let target = Target(host: "pbx.example", isSecured: first & 2 == 0)
    var locator = ServerLocator(target, identifiers: .seeded(UInt64(first)))
    var effects = locator.handle(.begin)
    var questions = 0
    var places: [Endpoint]?
    while !effects.isEmpty {
        switch effects.removeFirst() {
        case .ask(let question):
            questions += 1
            let answer = first & 1 == 0 ? beginning(to: question) + bytes.dropFirst() : Array(bytes.dropFirst())
            let records = (try? DNSAnswer(answer, to: question))?.records
            require(records.map { $0.count <= DNSAnswer.longest } ?? true, "too many records")
            effects += locator.handle(.answered(question, records))
        case .located(let endpoints):
            require(places == nil, "located twice")
            places = endpoints
        }
    }
    require(questions <= 4 + ServerLocator.Limits.services, "too many questions")
    guard let places else { fatalError("never located") }
    require(places.count <= ServerLocator.Limits.endpoints, "too many places")
    for place in places {
        require(place.domain == "pbx.example", "under another name: \(place.domain)")
        require(place.port > 0 && !place.host.isEmpty && place.host.utf8.count <= 255, "nowhere: \(place)")
        require(place.transport.isSecure || !target.isSecured, "less than TLS: \(place)")
        requirePlain(place.host, lines: false)
    }
}

/// The header of an answer with 16 records, and the question.
private func beginning(to question: DNSQuestion) -> [UInt8] {
    let name = question.name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    return [0, 0, 0x85, 0x80, 0, 1, 0, 16, 0, 0, 0, 0] + name + [0, 0, UInt8(question.kind.rawValue), 0, 1]
}
